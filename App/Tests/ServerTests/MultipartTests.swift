import Testing

@testable import Server

@Suite struct MultipartTests {
    /// A body's parts, the contents joined, when it comes in pieces of some size.
    private func parts(
        _ body: [UInt8], boundary: String = "b", pieces size: Int
    ) throws(MultipartError) -> [(part: MultipartPart, content: [UInt8])] {
        var parser = try MultipartParser(contentType: "multipart/form-data; boundary=\(boundary)")
        var found: [(part: MultipartPart, content: [UInt8])] = []
        var isOpen = false
        for start in stride(from: 0, to: body.count, by: size) {
            for event in try parser.append(body[start..<min(start + size, body.count)]) {
                switch event {
                case .part(let part):
                    #expect(!isOpen)
                    isOpen = true
                    found.append((part, []))
                case .content(let bytes): found[found.count - 1].content += bytes
                case .partEnd: isOpen = false
                }
            }
        }
        try parser.finish()
        #expect(!isOpen)
        return found
    }

    private static let form = Array(
        ("a preamble that nobody reads\r\n--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n"
            + "demo\r\n--b  \r\ncontent-disposition:form-data; name=file; filename=\"a \\\"b\\\".wav\"\r\n"
            + "Content-Type: audio/wav\r\n\r\nRIFF\r\n--ax\r\n-\r\n--b\r\n"
            + "Content-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--b\r\n"
            + "Content-Disposition: form-data; name=\"bare\"\r\n\r\n--b--\r\nan epilogue").utf8)

    @Test(arguments: 1...80)
    func `pieces of any size give the same parts`(size: Int) throws {
        let found = try parts(Self.form, pieces: size)
        #expect(found.map(\.part.name) == ["model", "file", "empty", "bare"])
        #expect(found.map(\.part.fileName) == [nil, "a \"b\".wav", nil, nil])
        #expect(
            found.map { String(decoding: $0.content, as: UTF8.self) }
                == ["demo", "RIFF\r\n--ax\r\n-", "", ""])
    }

    @Test(arguments: [
        ("", MultipartError.incomplete), ("--b", .incomplete), ("--b\r\n", .incomplete),
        ("--b\r\nContent-Disposition: form-data; name=x\r\n\r\nhalf", .incomplete),
        ("--bad", .malformed), ("--b?\r\n", .malformed),
        ("--b\r\nContent-Type: text/plain\r\n\r\n\r\n--b--", .unnamed),
        ("--b\r\nContent-Disposition: attachment; name=x\r\n\r\n\r\n--b--", .unnamed),
        ("--b\r\nX: " + String(repeating: "y", count: 9000) + "\r\n\r\n", .headerTooLong),
        (
            String(
                repeating: "--b\r\nContent-Disposition: form-data; name=x\r\n\r\n\r\n", count: 65),
            .tooManyParts
        ),
    ])
    func `a broken body is refused by name`(body: String, error: MultipartError) {
        for size in [1, 7, 100_000] {
            #expect(throws: error) { _ = try parts(Array(body.utf8), pieces: size) }
        }
    }

    @Test(arguments: [
        "text/plain", "multipart/form-data", "multipart/mixed; boundary=b",
        "multipart/form-data; boundary=", "",
    ])
    func `what is not multipart is refused`(type: String) {
        #expect(throws: MultipartError.notMultipart) { _ = try MultipartParser(contentType: type) }
    }

    @Test func `a thousand random forms come out as they went in`() throws {
        var random = SeededGenerator(state: 11)
        for _ in 0..<1000 {
            let letters = Array("abc'()+_,-./:=?XYZ019")
            let boundary = String(
                (0..<Int.random(in: 1...70, using: &random)).map { _ in
                    letters[Int.random(in: 0..<letters.count, using: &random)]
                })
            let near = Array("\r\n--\(boundary)".utf8)
            var contents: [[UInt8]] = []
            for _ in 0..<Int.random(in: 0...5, using: &random) {
                var content: [UInt8] = []
                for _ in 0..<Int.random(in: 0...6, using: &random) {
                    // Bits of a boundary, whole ones left out.
                    content += near.prefix(Int.random(in: 0..<near.count, using: &random))
                    content.append(UInt8(ascii: "~"))
                }
                contents.append(content)
            }
            var body: [UInt8] = []
            for (index, content) in contents.enumerated() {
                body += Array(
                    "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(index)\"\r\n\r\n"
                        .utf8)
                body += content + Array("\r\n".utf8)
            }
            body += Array("--\(boundary)--\r\n".utf8)
            let found = try parts(
                body, boundary: "\"\(boundary)\"", pieces: Int.random(in: 1...200, using: &random))
            #expect(found.map(\.content) == contents)
        }
    }

    @Test func `random bytes never crash it, and it holds little`() throws {
        var random = SeededGenerator(state: 12)
        let words = [
            "--b", "\r\n", "\r", "\n", "--", "Content-Disposition: form-data; name=\"x\"", "b", ";",
            "\"", "\u{0}é",
        ]
        for _ in 0..<2000 {
            var parser = try MultipartParser(contentType: "multipart/form-data; boundary=b")
            do {
                for _ in 0..<40 {
                    _ = try parser.append(
                        Array(words[Int.random(in: 0..<words.count, using: &random)].utf8))
                }
                try parser.finish()
            } catch {
                // A refusal is as good as parts: only a crash would be wrong.
            }
        }
    }

    @Test func `names of files come in two writings`() throws {
        let header =
            "Content-Disposition: form-data; name=\"file\"; filename=\"x.wav\"; filename*=UTF-8''%E5%91%A8.wav"
        #expect(try MultipartPart(header: Array(header.utf8)[...]).fileName == "周.wav")
        let path = "Content-Disposition: form-data; name=\"file\"; filename=\"C:\\sound\\x.wav\""
        #expect(try MultipartPart(header: Array(path.utf8)[...]).fileName == "C:\\sound\\x.wav")
    }
}

/// The same numbers every time.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
