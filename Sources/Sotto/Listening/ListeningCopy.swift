import Audio
import DecodeProtocol
import Dispatch
import Synchronization

/// A recording as it is played and drawn: 16 kHz, mono, 16 bit, encrypted on disk like ``StoredRecording``; its
/// waveform, and where speech is.
///
/// It is filled once, by ``decode(_:track:limitSeconds:environment:progress:)``, and may be watched while that
/// goes on. Safe to use from any thread.
public final class ListeningCopy: Sendable {
    struct State {
        var sampleCount = 0
        var waveform = Waveform()
        var spans = SpeechSpans()
    }

    let file: SealedFile
    let state = Mutex(State())

    /// An empty one.
    ///
    /// - Parameter folder: where the file lies; `nil` takes `$TMPDIR`, or `/tmp`.
    /// - Throws: ``SottoError`` of kind `resources` and code `audio_not_stored`.
    public init(folder: String? = nil) throws(SottoError) {
        do throws(AudioError) {
            file = try SealedFile(folder: folder)
        } catch {
            throw SottoError(error)
        }
    }

    /// Decodes a recording, on threads of its own; call it once.
    ///
    /// - Parameters:
    ///   - track: which sound track, from 1; `nil` takes the default one.
    ///   - limitSeconds: longer recordings are refused, once that much is decoded.
    ///   - environment: `SOTTO_DECODE` may name the decoder, and `XDG_DATA_HOME` or `HOME` say where the weights
    ///     of the speech detector are installed.
    ///   - progress: seconds decoded, and the length as far as it is known; at most ten times a second, and at
    ///     the end.
    /// - Returns: warnings, in the words of a transcription's. Speech is known by then.
    /// - Throws: ``SottoError``, for a recording over the limit with kind `data` and code `audio_over_limit`;
    ///   `CancellationError` within 0.3 s once the task is cancelled.
    public func decode(
        _ recording: StoredRecording, track: Int? = nil, limitSeconds: Double? = nil,
        environment: [String: String], progress: @Sendable (Double, Double?) -> Void
    ) async throws -> [String] {
        let cancellation = Cancellation()
        let (events, put) = AsyncThrowingStream.makeStream(
            of: ListeningDecode.Event.self, bufferingPolicy: .bufferingNewest(1))
        put.onTermination = { _ in cancellation.cancel() }
        let work = ListeningDecode(
            copy: self, recording: recording, request: DecodeRequest(track: track),
            limitSeconds: limitSeconds, decoder: .installed(environment: environment),
            detectorWeights: InstalledModel.speechDetector(environment: environment),
            cancellation: cancellation)
        DispatchQueue(label: "sotto.listening", qos: .userInitiated).async {
            put.finish(
                throwing: work.run { put.yield($0) })
        }
        var warnings: [String] = []
        for try await event in events {
            switch event {
            case .progress(let done, let total): progress(done, total)
            case .finished(let found): warnings = found
            }
        }
        try Task.checkCancellation()
        progress(durationSeconds, durationSeconds)
        return warnings
    }

    /// Seconds decoded by now.
    public var durationSeconds: Double { state.withLock { Double($0.sampleCount) / 16000 } }

    /// When somebody speaks, in seconds, as far as it is known by now; empty without the detector's weights.
    public var speech: [Range<Double>] {
        state.withLock { $0.spans.seconds(upTo: $0.sampleCount) }
    }

    /// The waveform of some seconds, as `count` pairs of the smallest and the largest sample, -127...127; (0, 0)
    /// where there is nothing. It is kept in steps of 10 ms.
    public func peaks(seconds: Range<Double>, count: Int) -> [Int8] {
        // A copy of the arrays' references: nobody waits while it is searched.
        state.withLock { $0.waveform }.peaks(seconds: seconds, count: count)
    }

    /// Bytes of the WAV file that a player gets: a header of 44 and two for each sample decoded by now.
    public var wavByteCount: Int {
        WaveFile.headerByteCount + 2 * state.withLock { $0.sampleCount }
    }

    /// Bytes of that file; fewer at its end.
    ///
    /// - Throws: ``SottoError`` if the disk cannot be read.
    public func wavBytes(_ range: Range<Int>) throws(SottoError) -> [UInt8] {
        let sampleCount = state.withLock { $0.sampleCount }
        let header = WaveFile.header(sampleCount: sampleCount)
        let range = range.clamped(to: 0..<header.count + 2 * sampleCount)
        let samples = max(header.count, range.lowerBound)..<max(header.count, range.upperBound)
        do throws(AudioError) {
            return try Array(header[range.clamped(to: 0..<header.count)])
                + file.read(samples.lowerBound - header.count..<samples.upperBound - header.count)
        } catch {
            throw SottoError(error)
        }
    }
}
