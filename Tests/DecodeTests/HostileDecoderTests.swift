import Audio
import DecodeProtocol
import Foundation
import TestSupport
import Testing

/// A decoder that was taken over, and what becomes of it.
@Suite struct HostileDecoderTests {
    private static let fence = "tried something that it may not do, and was ended"

    private static let refused = "ended without a word (exit code 3)"

    @Test(arguments: [
        ("connect", fence), ("fork", fence), ("exec", fence), ("signal", fence), ("other", fence),
        ("executable", fence), ("open", refused), ("allocate", refused), ("grow", refused),
        ("crash", "crashed (signal 11)"),
        // It asks for its own thread first, which it may not.
        ("abort", fence), ("loop", "said nothing for 1 s"),
        ("nonsense", "sent a message that is too long or of no kind"),
        ("huge", "sent a message that is too long or of no kind"),
        ("infinite", "sent a message that is too long or of no kind"),
        ("miscount", "sent 3 samples and a count of 2"),
        ("durations", "sent messages without end"), ("more", "sent more after its last message"),
        ("silence", "ended without a word (exit code 0)"),
    ])
    func `it is contained and named, and the next file works`(
        order: String, reason: String
    ) throws {
        let (found, path) = try outcome(of: order)
        #expect(found == .failure(.decoderFailed(path: path, reason: reason)))
        let next = try Decoders.samples("flac.flac")
        #expect(next.samples.count == Decoders.original.count)
    }

    @Test(arguments: ["behave", "connect", "fork", "signal", "executable", "open", "grow", "other"])
    func `what it tries works where it is not confined`(order: String) throws {
        #expect(try outcome(of: "free " + order).0 == .success(2))
    }

    /// How many samples came, or why none.
    private func outcome(
        of order: String
    ) throws -> (Result<Int, AudioError>, path: String) {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data((order + " ").utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        var hostile = Decoders.hostile
        hostile.patience = .seconds(1)
        do throws(AudioError) {
            let source = try openRecording(path: url.path, request: .init(), decoder: hostile)
            var count = 0
            while let samples = try source.next() { count += samples.count }
            return (.success(count), url.path)
        } catch {
            return (.failure(error), url.path)
        }
    }
}
