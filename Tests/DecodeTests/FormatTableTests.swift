import Audio
import DecodeProtocol
import Foundation
import Qwen3ASR
import Sotto
import Synchronization
import TestSupport
import Testing
import Transcript

/// One recording in every format: what comes out of the decoder, and what the demo model reads in it.
@Suite struct FormatTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name, codec: String
        var kind = Kind.lossy
        /// Milliseconds by which the duration may be off.
        var tolerance = 10.0

        enum Kind {
            /// The same samples.
            case exact
            /// The same sound after a change of rate and back.
            case lossless
            case lossy
            /// Half the band, or 8 bits in a line: another sound, in which the small model mishears
            /// a word with more confidence.
            case poor
        }

        var testDescription: String { name }
    }

    /// Where a container says nothing of the samples that its encoder added, they stay: at most a
    /// frame of the codec at either end. The tolerance of those rows is what was measured.
    static let rows = [
        Row(name: "pcm-u8.wav", codec: "pcm_u8", kind: .poor),
        Row(name: "pcm-s16.wav", codec: "pcm_s16le", kind: .exact),
        Row(name: "pcm-s24.wav", codec: "pcm_s24le", kind: .exact),
        Row(name: "pcm-s32.wav", codec: "pcm_s32le", kind: .exact),
        Row(name: "pcm-f32.wav", codec: "pcm_f32le", kind: .exact),
        Row(name: "pcm-f64.wav", codec: "pcm_f64le", kind: .exact),
        Row(name: "alaw.wav", codec: "pcm_alaw"),
        Row(name: "mulaw.wav", codec: "pcm_mulaw"),
        Row(name: "adpcm-ms.wav", codec: "adpcm_ms", tolerance: 20),
        Row(name: "adpcm-ima.wav", codec: "adpcm_ima_wav", tolerance: 46),
        Row(name: "gsm.wav", codec: "gsm_ms", kind: .poor, tolerance: 26),
        Row(name: "rate-8000.wav", codec: "pcm_s16le", kind: .poor),
        Row(name: "rate-11025.wav", codec: "pcm_s16le", kind: .poor),
        Row(name: "rate-22050.wav", codec: "pcm_s16le", kind: .lossless),
        Row(name: "rate-44100.wav", codec: "pcm_s24le", kind: .lossless),
        Row(name: "rate-48000.wav", codec: "pcm_s24le", kind: .lossless),
        Row(name: "rate-96000.wav", codec: "pcm_s24le", kind: .lossless),
        Row(name: "rate-192000.wav", codec: "pcm_s24le", kind: .lossless),
        Row(name: "channels-2.wav", codec: "pcm_s16le", kind: .exact),
        Row(name: "channels-8.wav", codec: "pcm_s16le", kind: .exact),
        Row(name: "rf64.wav", codec: "pcm_s16le", kind: .exact),
        Row(name: "wave64.w64", codec: "pcm_s16le", kind: .exact),
        Row(name: "cbr.mp3", codec: "mp3"),
        Row(name: "vbr.mp3", codec: "mp3"),
        Row(name: "tagged.mp3", codec: "mp3"),
        Row(name: "no-header.mp3", codec: "mp3", tolerance: 35),
        Row(name: "bad/too-many.mp3", codec: "mp3"),
        Row(name: "bad/too-few.mp3", codec: "mp3"),
        Row(name: "aac.m4a", codec: "aac"),
        Row(name: "index-first.m4a", codec: "aac"),
        Row(name: "fragments.mp4", codec: "aac", tolerance: 22),
        Row(name: "aac.aac", codec: "aac", tolerance: 35),
        Row(name: "alac.m4a", codec: "alac", kind: .exact),
        Row(name: "alac.caf", codec: "alac", kind: .exact),
        Row(name: "pcm.caf", codec: "pcm_s16be", kind: .exact),
        Row(name: "flac.flac", codec: "flac", kind: .exact),
        Row(name: "flac-24.flac", codec: "flac", kind: .lossless),
        Row(name: "flac.ogg", codec: "flac", kind: .exact),
        Row(name: "flac.mka", codec: "flac", kind: .exact),
        Row(name: "vorbis.ogg", codec: "vorbis"),
        Row(name: "vorbis.webm", codec: "vorbis"),
        Row(name: "opus.ogg", codec: "opus"),
        Row(name: "opus.webm", codec: "opus"),
        Row(name: "live.webm", codec: "opus"),
        Row(name: "speex.ogg", codec: "speex"),
        Row(name: "pcm.aiff", codec: "pcm_s16be", kind: .exact),
        Row(name: "pcm-24.aiff", codec: "pcm_s24be", kind: .lossless),
        Row(name: "pcm.au", codec: "pcm_s16be", kind: .exact),
        Row(name: "narrow.amr", codec: "amr_nb", kind: .poor),
        Row(name: "narrow.3gp", codec: "amr_nb", kind: .poor),
        Row(name: "wma1.wma", codec: "wmav1", tolerance: 13),
        Row(name: "wma2.wma", codec: "wmav2", tolerance: 13),
        Row(name: "wavpack.wv", codec: "wavpack", kind: .exact),
        Row(name: "tta.tta", codec: "tta", kind: .exact),
        Row(name: "ac3.ac3", codec: "ac3", tolerance: 18),
        Row(name: "ac3.mka", codec: "ac3", tolerance: 18),
        Row(name: "aac.mp4", codec: "aac"),
        Row(name: "alac.mov", codec: "alac", kind: .exact),
        Row(name: "opus-picture.webm", codec: "opus"),
        Row(name: "flac.mkv", codec: "flac", kind: .exact),
        Row(name: "tracks.mkv", codec: "flac", kind: .exact),
        Row(name: "mp2.ts", codec: "mp2"),
        Row(name: "mp2.mpg", codec: "mp2"),
        Row(name: "pcm.avi", codec: "pcm_s16le", kind: .exact),
        Row(name: "mp3.avi", codec: "mp3", tolerance: 35),
        Row(name: "aac.flv", codec: "aac", tolerance: 35),
    ]

    @Test(arguments: rows)
    func `samples, duration and flaws are as recorded`(row: Row) throws {
        let (samples, source) = try Decoders.samples(row.name)
        #expect(source.media?.codec == row.codec)
        #expect(source.flaws == [])
        #expect(source.expectedSampleCount == samples.count)
        let original = Decoders.original
        #expect(Double(abs(samples.count - original.count)) <= row.tolerance * 16)
        switch row.kind {
        case .exact:
            #expect(samples == original)
        case .lossless:
            // A change of rate and back leaves what lies below 7.3 kHz.
            #expect(signalToNoise(samples, original) > 60)
        case .lossy, .poor:
            break
        }
    }

    @Test(arguments: [
        ("slow.mkv", 1), ("slow.flv", 1), ("slow.wmv", 1), ("pipe.wav", 1), ("pipe.caf", 1),
        ("late-clock.mkv", 1), ("joined.ogg", 2), ("capture.ts", 1), ("filled.webm", 1),
        ("cover.mp3", 1), ("joined.mp3", 2),
    ])
    func `a healthy file that looks unusual is heard without alarm`(
        name: String, times: Int
    ) throws {
        let (samples, source) = try Decoders.samples("odd/" + name)
        #expect(source.flaws == [])
        #expect(abs(samples.count - times * Decoders.original.count) <= times * 35 * 16)
    }

    @Test func `the library's own reader of WAV files gives the same samples`() throws {
        for row in Self.rows where row.name.hasSuffix(".wav") && row.codec.hasPrefix("pcm_") {
            let path = Decoders.path(row.name)
            guard WaveFormat.isPlain(try RecordingFile(path: path).start) else { continue }
            let reader = try WaveReader(path: path)
            var own: [Float] = []
            while let more = try reader.next() { own += more }
            let decoded = try Decoders.samples(row.name).samples
            if row.name.hasPrefix("rate-") {
                // Two resamplers differ near the edge of the band, where speech has next to nothing.
                #expect(signalToNoise(own, decoded) > 40, "\(row.name)")
            } else {
                #expect(own == decoded, "\(row.name)")
            }
        }
    }

    @Test func `every format gives the text of the WAV file`() async throws {
        let folder = Fixtures.demoModel.path(percentEncoded: false)
        let recogniser = ListeningRecogniser(
            try Generator(folder: folder, device: .cpu(threads: nil, kernels: nil)))
        let transcriber = Transcriber(recogniser: recogniser, modelName: "demo")
        func read(_ path: String) async throws -> (Transcription, [GeneratedToken]) {
            recogniser.forget()
            var result: Transcription?
            for try await event in transcriber.transcribe(path: path) {
                if case .finished(let transcription) = event { result = transcription }
            }
            return (try #require(result), recogniser.tokens)
        }
        let (wave, expected) = try await read(
            Fixtures.demoModel.appending(path: "samples/consultation.wav").path)
        #expect(wave.text.hasPrefix("How long have you had a headache"))
        for row in Self.rows {
            let (found, tokens) = try await read(Decoders.path(row.name))
            #expect(found.isComplete, "\(row.name): \(found.warnings)")
            if row.kind == .poor {
                let words = Set(wave.text.split(separator: " "))
                let heard = words.intersection(found.text.split(separator: " "))
                #expect(heard.count * 2 >= words.count, "\(row.name): \(found.text)")
                continue
            }
            guard row.kind == .lossy else {
                #expect(found.text == wave.text, "\(row.name)")
                continue
            }
            let first = zip(tokens, expected).first { $0.id != $1.id }
            if let (other, token) = first {
                #expect(min(token.margin, other.margin) < 0.5, "\(row.name)")
            } else {
                #expect(tokens.count == expected.count, "\(row.name)")
            }
        }
    }

    @Test func `the default track is read, and another one where it is asked for`() throws {
        let (samples, source) = try Decoders.samples("tracks.mkv")
        #expect(source.media?.track == 2)
        #expect(source.media?.trackCount == 3)
        #expect(samples == Decoders.original)
        let third = try Decoders.samples("tracks.mkv", DecodeRequest(track: 3))
        #expect(third.source.media?.track == 3)
        #expect(third.samples.count == 119_200)
        let path = Decoders.path("tracks.mkv")
        #expect(throws: AudioError.noSuchTrack(path: path, wanted: 4, found: "3")) {
            try Decoders.samples("tracks.mkv", DecodeRequest(track: 4))
        }
    }

    @Test func `sound that starts after the picture keeps its time`() throws {
        let (samples, _) = try Decoders.samples("late.mkv")
        #expect(samples.count == 32_000 + Decoders.original.count)
        #expect(samples.prefix(32_000).allSatisfy { $0 == 0 })
        #expect(Array(samples.dropFirst(32_000)) == Decoders.original)
    }

    @Test(arguments: SoundFilter.allCases)
    func `a filter changes the sound and not its length`(filter: SoundFilter) throws {
        let (samples, _) = try Decoders.samples("flac.flac", DecodeRequest(filters: [filter]))
        #expect(abs(samples.count - Decoders.original.count) <= 160)
        #expect(samples != Decoders.original)
        #expect(samples.contains { abs($0) > 0.05 })
    }

    /// Decibels.
    private func signalToNoise(_ found: [Float], _ expected: [Float]) -> Double {
        let (signal, noise) = zip(found, expected).reduce((0.0, 1e-12)) { sums, pair in
            let difference = Double(pair.0 - pair.1)
            return (sums.0 + Double(pair.1 * pair.1), sums.1 + difference * difference)
        }
        return 10 * log10(signal / noise)
    }
}

/// A recogniser that remembers what another one says.
private final class ListeningRecogniser: Recogniser {
    private let inner: Generator
    private let heard = Mutex<[GeneratedToken]>([])

    init(_ inner: Generator) {
        self.inner = inner
    }

    var tokens: [GeneratedToken] { heard.withLock { $0 } }

    func forget() {
        heard.withLock { $0 = [] }
    }

    var usefulLookahead: Int { inner.usefulLookahead }
    var deviceName: String { inner.deviceName }

    func makeTextDecoder() -> StreamingDecoder { inner.makeTextDecoder() }

    func recognise(
        _ request: GenerationRequest
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        let events = inner.recognise(request)
        return AsyncThrowingStream { continuation in
            Task {
                do {
                    for try await event in events {
                        if case .token(let token) = event { heard.withLock { $0.append(token) } }
                        continuation.yield(event)
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
        }
    }
}
