import Audio
import DecodeProtocol
import Foundation
import TestSupport
import Testing

/// A decoder that was taken over, and what becomes of it.
@Suite struct HostileDecoderTests {
    private static let fence = "tried something that it may not do, and was ended"

    @Test(arguments: [
        ("connect", fence), ("fork", fence), ("exec", fence), ("signal", fence),
        ("executable", fence), ("open", "ended without a word (exit code 3)"),
        ("allocate", "ended without a word (exit code 3)"),
        // `abort` asks for its own thread first, which it may not.
        ("crash", fence), ("loop", "said nothing for 1 s"),
        ("nonsense", "sent a message that is too long or of no kind"),
        ("huge", "sent a message that is too long or of no kind"),
        ("miscount", "sent 3 samples and a count of 2"),
        ("silence", "ended without a word (exit code 0)"),
    ])
    func `it is contained and named, and the next file works`(
        order: String, reason: String
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: order)
        try Data((order + " ").utf8).write(to: url)
        var hostile = Decoders.hostile
        hostile.patience = .seconds(1)
        let error = #expect(throws: AudioError.self) {
            let source = try openRecording(path: url.path, request: .init(), decoder: hostile)
            while try source.next() != nil {}
        }
        #expect(error == .decoderFailed(path: url.path, reason: reason))
        let next = try Decoders.samples("flac.flac")
        #expect(next.samples.count == Decoders.original.count)
    }

    @Test func `what it tries would work if it were not confined`() throws {
        // The same program with an order that needs no rights: so the failures above are the fence's.
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: "behave")
        try Data("behave ".utf8).write(to: url)
        let source = try openRecording(
            path: url.path, request: .init(), decoder: Decoders.hostile)
        #expect(try source.next() == [0.5, 0.5])
        #expect(try source.next() == nil)
    }
}
