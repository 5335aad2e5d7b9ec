import Compute
import Foundation
import Qwen3ASR
import TestSupport
import Testing

/// Weight files whose header was damaged at random: refused with a reason, or as good as before.
///
/// `SOTTO_MUTATIONS` is the number of damaged copies; `make fuzz` asks for many.
@Suite struct DamagedCheckpointTests {
    @Test func `a damaged header is refused, or changes no tensor`() throws {
        let count = Mutation.count(usually: 200)
        let manager = FileManager.default
        let folder = manager.temporaryDirectory.appending(path: UUID().uuidString)
        try manager.copyItem(at: Fixtures.folder.appending(path: "tiny-asr"), to: folder)
        defer { try? manager.removeItem(at: folder) }
        let url = folder.appending(path: "model.safetensors")
        let bytes = try [UInt8](Data(contentsOf: url))
        let headerCount = 8 + (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
        let expected = try Self.tensors(url.path)
        let backend = try CPUBackend(threads: 1)
        var refusedCount = 0
        for number in 0..<count {
            let mutation = Mutation(number: number, name: "model.safetensors")
            let header = mutation.applied(to: Array(bytes[..<headerCount]))
            try Data(header + bytes[headerCount...]).write(to: url)
            do {
                _ = try SpeechModel(folder: folder.path, backend: backend)
                let found = try Self.tensors(url.path)
                #expect(found == expected, "number \(number): \(mutation.kind)")
            } catch {
                refusedCount += 1
                #expect(error is CheckpointError, "number \(number): \(error)")
                let advice = ["Download", "Use the released", "use the released"]
                #expect(advice.contains { "\(error)".contains($0) }, "number \(number): \(error)")
            }
        }
        #expect(refusedCount > count / 2)
    }

    private static func tensors(_ path: String) throws -> [String: [Float]] {
        try SafetensorsFile(path: path).tensors.mapValues { $0.floats() }
    }
}
