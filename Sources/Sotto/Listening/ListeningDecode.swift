import Audio
import DecodeProtocol
import Synchronization

/// The work of filling a ``ListeningCopy``; it blocks.
///
/// The detector listens on a second thread, behind, so that the waveform need not wait for it.
struct ListeningDecode: Sendable {
    enum Event: Sendable {
        case progress(Double, Double?)
        /// Warnings.
        case finished([String])
    }

    let copy: ListeningCopy
    let recording: StoredRecording
    let request: DecodeRequest
    let limitSeconds: Double?
    let decoder: DecoderProgram
    let detectorWeights: String?
    let cancellation: Cancellation

    /// - Returns: what went wrong.
    func run(_ put: (Event) -> Void) -> (any Error)? {
        let listener = detectorWeights.map { ListeningDetector($0, copy: copy, cancellation) }
        do {
            let warnings = try decode(listener, put)
            try listener?.finish()
            if cancellation.isCancelled { return CancellationError() }
            put(.finished(warnings))
            return nil
        } catch {
            return cancellation.isCancelled ? CancellationError() : SottoError(error)
        }
    }

    /// - Returns: warnings.
    private func decode(
        _ listener: ListeningDetector?, _ put: (Event) -> Void
    ) throws -> [String] {
        let source = try openRecording(
            recording.open(), request: request, decoder: decoder, cancellation: cancellation)
        var sampleCount = 0
        var failure: AudioError?
        var told = ContinuousClock.now - .seconds(1)
        while !cancellation.isCancelled {
            var block: [Float]?
            do throws(AudioError) {
                block = try source.next()
            } catch {
                // What was decoded is not lost.
                guard sampleCount > 0 else { throw error }
                failure = error
            }
            guard let block else { break }
            sampleCount += block.count
            if let limitSeconds, Double(sampleCount) > limitSeconds * 16000 {
                throw SottoError(
                    .data, "audio_over_limit",
                    "'\(recording.name)' is longer than \(hundredths(limitSeconds)) s. Cut it into parts."
                )
            }
            let samples = block.map(Self.sample)
            try copy.file.append(WaveFile.bytes(samples))
            copy.state.withLock { state in
                state.waveform.append(samples)
                state.sampleCount += samples.count
            }
            listener?.catchUp()
            if .now - told > .milliseconds(100) {
                told = .now
                let expected = source.expectedSampleCount.map {
                    Double(max($0, sampleCount)) / 16000
                }
                put(.progress(Double(sampleCount) / 16000, expected))
            }
        }
        copy.state.withLock { $0.waveform.finish() }
        return RecordingWarnings(
            sampleCount: sampleCount, expectedSampleCount: source.expectedSampleCount
        ).sentences(flaws: source.flaws, failure: failure)
    }

    private static func sample(_ value: Float) -> Int16 {
        Int16((max(-1, min(1, value)) * 32767).rounded())
    }
}
