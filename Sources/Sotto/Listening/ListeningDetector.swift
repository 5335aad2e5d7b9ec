import Audio
import Compute
import Dispatch
import Synchronization

/// Listens for speech in what a ``ListeningCopy`` holds, behind the decoder.
///
/// It reads the samples back, so that a long recording does not wait for it in memory.
final class ListeningDetector: Sendable {
    private let copy: ListeningCopy
    private let cancellation: Cancellation
    private let queue = DispatchQueue(label: "sotto.listening.speech", qos: .utility)
    private let work: Work

    /// Samples that are read together: 8 s.
    private static let blockCount = 256 * SpeechDetector.frameSampleCount

    // Safety: used on the serial queue alone.
    private final class Work: @unchecked Sendable {
        let weights: String
        var detector: SpeechDetector?
        /// Samples that were heard.
        var position = 0
        var failure: (any Error)?

        init(weights: String) {
            self.weights = weights
        }
    }

    init(_ weights: String, copy: ListeningCopy, _ cancellation: Cancellation) {
        self.copy = copy
        self.cancellation = cancellation
        work = Work(weights: weights)
    }

    /// Hears what is there, some time later.
    func catchUp() {
        queue.async { [self] in listen(isAtEnd: false) }
    }

    /// Hears the rest and waits for it.
    func finish() throws {
        try queue.sync {
            listen(isAtEnd: true)
            if let failure = work.failure { throw failure }
        }
    }

    private func listen(isAtEnd: Bool) {
        guard work.failure == nil else { return }
        do {
            let detector =
                try work.detector
                ?? SpeechDetector(weights: work.weights, backend: CPUBackend(threads: 1))
            work.detector = detector
            while !cancellation.isCancelled {
                let missing = copy.state.withLock { $0.sampleCount } - work.position
                let count = min(missing, Self.blockCount)
                guard count == Self.blockCount || isAtEnd && count > 0 else { break }
                let place = work.position..<work.position + count
                let bytes = try copy.file.read(2 * place.lowerBound..<2 * place.upperBound)
                work.position = place.upperBound
                take(try detector.append(WaveFile.samples(bytes)))
            }
            if isAtEnd, !cancellation.isCancelled { take(try detector.finish()) }
        } catch {
            work.failure = error
        }
    }

    private func take(_ probabilities: [Float]) {
        copy.state.withLock { $0.spans.append(probabilities) }
    }
}
