import Compute
import Foundation
import TestSupport
import Testing

@Suite struct SafetensorsTests {
    @Test func `the tensors of tiny-asr are listed with their shapes`() throws {
        let file = try SafetensorsFile(path: Fixtures.path("tiny-asr/model.safetensors"))
        #expect(file.tensors.count == 97)
        let convolution = try #require(file.tensors["thinker.audio_tower.conv2d1.weight"])
        #expect(convolution.extents == [16, 1, 3, 3])
        #expect(convolution.elementType == .bfloat16)
        let embedding = try #require(file.tensors["thinker.model.embed_tokens.weight"])
        #expect(embedding.extents == [832, 64])
        let head = try #require(file.tensors["thinker.lm_head.weight"])
        #expect(embedding.floats() == head.floats())
    }

    @Test func `every element type is widened exactly`() throws {
        let json = """
            {"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},\
            "b":{"dtype":"F16","shape":[2],"data_offsets":[4,8]},\
            "c":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}
            """
        let data: [UInt8] = [
            0xC0, 0x3F, 0x20, 0xC1,  // 1.5, -10
            0x00, 0x3E, 0x01, 0x00,  // 1.5, 2^-24
            0x00, 0x00, 0xC0, 0x3F,  // 1.5
        ]
        let path = try temporaryFile(header(json) + data)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let tensors = try SafetensorsFile(path: path).tensors
        #expect(tensors["a"]?.floats() == [1.5, -10])
        #expect(tensors["b"]?.floats() == [1.5, 0x1p-24])
        #expect(tensors["c"]?.floats() == [1.5])
    }

    @Test func `permuting moves every value`() throws {
        let json = #"{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}"#
        let values: [Float] = [0, 1, 2, 3, 4, 5]
        let data = values.flatMap { value in
            (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
        }
        let path = try temporaryFile(header(json) + data)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let tensor = try #require(try SafetensorsFile(path: path).tensors["a"])
        let turned = try tensor.permuted([1, 0])
        #expect(turned.extents == [3, 2])
        #expect(turned.floats() == [0, 3, 1, 4, 2, 5])
    }

    /// A hostile or damaged header, the size the file claims to have, and what the user reads.
    @Test(
        arguments: [
            ([], nil, "'f' has 0 bytes and needs 8: it is incomplete. Download it again."),
            ([1, 2, 3], nil, "'f' has 3 bytes and needs 8: it is incomplete. Download it again."),
            (
                [255, 255, 255, 255, 255, 255, 255, 255], nil,
                "'f' is not a valid safetensors file: its header claims 18446744073709551615 bytes, "
                    + "more than any real one. Download it again."
            ),
            (
                [100, 0, 0, 0, 0, 0, 0, 0, 0x7B], nil,
                "'f' has 9 bytes and needs 108: it is incomplete. Download it again."
            ),
            (
                header("not json"), nil,
                "'f' is not a valid safetensors file: its header is not the expected JSON. "
                    + "Download it again."
            ),
            (
                header(#"{"a":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]}}"#), nil,
                "'f' has 63 bytes and needs 67: it is incomplete. Download it again."
            ),
            (
                header(#"{"a":{"dtype":"BF16","shape":[-2],"data_offsets":[0,4]}}"#), 100,
                "'f' is not a valid safetensors file: tensor 'a' has a negative extent. "
                    + "Download it again."
            ),
            (
                header(
                    #"{"a":{"dtype":"BF16","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#),
                100,
                "'f' is not a valid safetensors file: tensor 'a' is larger than any file. "
                    + "Download it again."
            ),
            (
                header(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#), 100,
                "'f' is not a valid safetensors file: tensor 'a' ends before it begins. "
                    + "Download it again."
            ),
            (
                header(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,5]}}"#), 100,
                "'f' is not a valid safetensors file: tensor 'a' takes 5 bytes where its shape needs 4. "
                    + "Download it again."
            ),
            (
                header(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#), 100,
                "'f' is not a valid safetensors file: tensor 'a' has no pair of offsets. "
                    + "Download it again."
            ),
            (
                header(
                    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
                        + #""b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}}"#), 200,
                "'f' is not a valid safetensors file: tensors 'a' and 'b' overlap. Download it again."
            ),
            (
                header(
                    #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"#
                        + #""b":{"dtype":"F32","shape":[1],"data_offsets":[6,10]}}"#), 200,
                "'f' is not a valid safetensors file: 2 bytes before tensor 'b' belong to none. "
                    + "Download it again."
            ),
            (
                header(#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#), 70,
                "'f' is not a valid safetensors file: 4 bytes at its end belong to no tensor. "
                    + "Download it again."
            ),
            (
                header(#"{"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#), 100,
                "Tensor 'a' in 'f' is stored as I64. BF16, F16 and F32 are supported: "
                    + "use the released checkpoint."
            ),
        ] as [([UInt8], Int?, String)])
    func `a hostile header is refused`(bytes: [UInt8], claimed: Int?, message: String) {
        let error = #expect(throws: WeightFileError.self) {
            try SafetensorsHeader(
                parsing: bytes.span, fileByteCount: claimed ?? bytes.count, path: "f")
        }
        #expect(error?.description == message)
    }
}

/// A safetensors header: its length, then `json`.
private func header(_ json: String) -> [UInt8] {
    let count = UInt64(json.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + Array(json.utf8)
}

private func temporaryFile(_ bytes: [UInt8]) throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data(bytes).write(to: file)
    return file.path(percentEncoded: false)
}
