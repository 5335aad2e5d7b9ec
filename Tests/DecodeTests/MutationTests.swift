import Audio
import DecodeProtocol
import Foundation
import Synchronization
import TestSupport
import Testing

/// Real recordings, damaged at random: each is refused, or heard with a warning, or heard whole.
///
/// `SOTTO_MUTATIONS` is the number of damaged copies of each file; `make fuzz` asks for many.
@Suite struct MutationTests {
    static let names = [
        "pcm-s16.wav", "pcm-f32.wav", "alaw.wav", "adpcm-ms.wav", "adpcm-ima.wav", "gsm.wav",
        "rf64.wav", "wave64.w64", "vbr.mp3", "tagged.mp3", "aac.m4a", "index-first.m4a",
        "fragments.mp4", "aac.aac", "alac.m4a", "alac.caf", "flac.flac", "flac.ogg", "vorbis.ogg",
        "opus.ogg", "opus-picture.webm", "tracks.mkv", "pcm.aiff", "pcm.au", "narrow.amr",
        "wma2.wma", "wavpack.wv", "mp2.ts", "mp3.avi", "aac.flv",
    ]

    private static let count = Mutation.count(usually: 10)

    @Test(arguments: names)
    func `a damaged copy never passes for whole, never hangs, never harms`(name: String) throws {
        let bytes = try [UInt8](Data(contentsOf: URL(filePath: Decoders.path(name))))
        let original = try Decoders.samples(name)
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: name)
        var tally: [String: Int] = [:]
        var slowest = Duration.zero
        for number in 0..<Self.count {
            let mutation = Mutation(number: number, name: name)
            let damaged = mutation.applied(to: bytes)
            try Data(damaged).write(to: url)
            var outcome = Outcome.refused
            let time = ContinuousClock().measure {
                outcome = Outcome(url.path, whole: original.samples.count, original.source.media)
            }
            tally[outcome.label, default: 0] += 1
            slowest = max(slowest, time)
            // AMR counts nothing: nobody can tell that whole frames are missing.
            let isTold = outcome != .lost || (name == "narrow.amr" && Self.isWholeAMR(damaged))
            if case .wild(let reason) = outcome {
                Issue.record("\(name), number \(number), \(mutation.kind): \(reason)")
            }
            #expect(isTold, "\(name), number \(number): \(mutation.kind)")
        }
        #expect(slowest < .seconds(60))
        let counts = tally.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
        if Self.count > 10 {
            print("\(name): \(counts.joined(separator: ", ")); slowest \(slowest / .seconds(1)) s")
        }
    }
}

extension MutationTests {
    /// Whether a file of narrow-band AMR consists of whole frames, each of a type that exists.
    private static func isWholeAMR(_ bytes: [UInt8]) -> Bool {
        // RFC 4867, section 5.3; 3GPP TS 26.101, annex A.
        let sizes = [13, 14, 16, 18, 20, 21, 27, 32, 6, 7, 6, 6, 0, 0, 0, 1]
        var place = 6
        while place < bytes.count {
            let size = sizes[Int(bytes[place] >> 3 & 0xF)]
            guard size > 0, bytes[place] & 0x83 == 0 else { return false }
            place += size
        }
        return place == bytes.count
    }
}

/// What became of a damaged file.
private enum Outcome: Hashable {
    case refused
    /// It wanted more memory than it may have, and the caller was told.
    case contained
    /// The decoder did what no file should make it do.
    case wild(String)
    case warned
    case whole
    /// The header claims another rate or codec, and nothing contradicts it.
    case otherFormat
    /// Sound is missing, and nobody says so.
    case lost

    init(_ path: String, whole: Int, _ original: MediaDescription?) {
        var count = 0
        do throws(AudioError) {
            let source = try openRecording(
                path: path, request: DecodeRequest(), decoder: Decoders.real)
            while let samples = try source.next() { count += samples.count }
            let media = (source as? DecodedRecording)?.media
            let rate = media?.rate ?? (source as? WaveReader)?.format.rate
            let isOther =
                rate != original?.rate || (media != nil && media?.codec != original?.codec)
            // A tenth of a second is what a frame of a codec holds.
            self =
                !source.flaws.isEmpty
                ? .warned : count >= whole - 1600 ? .whole : isOther ? .otherFormat : .lost
        } catch .decoderFailed(_, let reason) {
            self = reason.hasPrefix("needs more memory") ? .contained : .wild(reason)
        } catch {
            self = .refused
        }
    }

    var label: String {
        switch self {
        case .refused: "refused"
        case .contained: "out of memory"
        case .wild: "WILD"
        case .warned: "warned"
        case .whole: "whole"
        case .otherFormat: "in another format"
        case .lost: "LOST"
        }
    }
}
