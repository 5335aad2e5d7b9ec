import Audio
import DecodeProtocol
import Foundation
import TestSupport
import Testing

/// Files that end too early, and files that change: never taken for whole.
@Suite struct TruncationTests {
    /// Formats that show a cut anywhere in their sound. The others (a stream of frames without a
    /// count) show it where it falls inside a frame, which is almost everywhere.
    static let names = [
        "alaw.wav", "adpcm-ms.wav", "wave64.w64", "vbr.mp3", "no-header.mp3", "index-first.m4a",
        "fragments.mp4", "aac.aac", "pcm.caf", "flac.flac", "flac.ogg", "flac.mka", "vorbis.ogg",
        "opus.ogg", "opus.webm", "live.webm", "pcm.aiff", "wma2.wma", "tta.tta",
        "flac.mkv", "opus-picture.webm", "narrow.amr", "mp2.ts",
    ]

    @Test(arguments: names)
    func `a cut is told, and what lies before it is there`(name: String) throws {
        let bytes = try Data(contentsOf: URL(filePath: Decoders.path(name)))
        for part in [0.35, 0.62, 0.87] {
            let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
            try bytes.prefix(Int(Double(bytes.count) * part)).write(to: url)
            defer { try? FileManager.default.removeItem(at: url) }
            let (samples, source) = try Decoders.samples(url.path)
            #expect(!source.flaws.isEmpty, "\(name) cut at \(part)")
            #expect(samples.count > Int(Double(Decoders.original.count) * (part - 0.3)), "\(name)")
            #expect(samples.count < Decoders.original.count, "\(name)")
        }
    }

    @Test func `an index at the end that is missing is told`() throws {
        let bytes = try Data(contentsOf: URL(filePath: Decoders.path("aac.m4a")))
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try bytes.prefix(bytes.count / 2).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        #expect(
            throws: AudioError.malformedHeader(
                path: url.path, reason: "its index is missing or wrong")
        ) { try Decoders.samples(url.path) }
    }

    @Test(arguments: ["pcm-s16.wav", "alaw.wav", "pcm.aiff", "alac.caf", "aac.m4a"])
    func `a second recording in a file is told where only the first is read`(name: String) throws {
        let path = Decoders.path("bad/joined-" + name)
        let source = try openRecording(path: path, request: .init(), decoder: Decoders.real)
        var count = 0
        while let samples = try source.next() { count += samples.count }
        #expect(source.flaws == [.followed])
        #expect(abs(count - Decoders.original.count) <= 16)
    }

    @Test func `a clock that runs in another unit does not make days of silence`() throws {
        // Each frame of 21 ms claims 17 minutes.
        let source = try Decoders.open("bad/clock.mp4")
        var count = 0
        while let samples = try source.next() { count += samples.count }
        // Fragments do not tell what their encoder added.
        #expect(abs(count - Decoders.original.count) < 700)
        #expect(source.flaws == [.truncated])
    }

    @Test(arguments: [true, false])
    func `a file that shrinks while it is read is told`(isForDecoder: Bool) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        // Five minutes, so that most of it is still to come when it is cut.
        let bytes = try Data(contentsOf: URL(filePath: Decoders.path("pcm-s16.wav")))
        let headerCount = bytes.count - Decoders.original.count * 2
        var long = bytes.prefix(headerCount)
        for _ in 0..<30 { long += bytes.dropFirst(headerCount) }
        let size = UInt32(long.count - headerCount)
        for index in 0..<4 {
            long[headerCount - 4 + index] = UInt8(size >> (8 * UInt32(index)) & 0xFF)
        }
        try long.write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let file = try RecordingFile(path: url.path)
        let source: any SampleSource =
            isForDecoder
            ? try DecodedRecording(file, request: .init(), decoder: Decoders.real)
            : try WaveReader(file)
        var count = try #require(try source.next()).count
        let handle = try FileHandle(forWritingTo: url)
        try handle.truncate(atOffset: UInt64(long.count / 2))
        try handle.close()
        while let more = try source.next() { count += more.count }
        #expect(source.flaws == [.truncated, .changed])
        #expect(count < Decoders.original.count * 30)
    }
}
