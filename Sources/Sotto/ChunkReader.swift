import Audio
import Qwen3ASR

/// Tells how probable speech is in each frame of 512 samples of a recording.
///
/// `SpeechDetector` is the real one; tests plug in others.
package protocol SpeechListener {
    /// Takes more samples at 16 kHz.
    ///
    /// - Returns: the probabilities of the frames that became certain.
    func append(_ samples: [Float]) throws -> [Float]
    /// The rest.
    func finish() throws -> [Float]
}

extension SpeechDetector: SpeechListener {}

/// Opens a recording, reads and cuts it, on a thread that may block.
actor ChunkReader {
    private nonisolated let executor = BlockingExecutor(label: "sotto.reader")
    private let open: @Sendable () throws(AudioError) -> any SampleSource
    private var source: (any SampleSource)?
    private let makeDetector: @Sendable () throws -> (any SpeechListener)?
    private var detector: (any SpeechListener)?
    private var planner = ChunkPlanner()
    private var isAtEnd = false
    private var sampleCount = 0
    private var failure: AudioError?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.unowned }

    /// - Parameter makeDetector: called once, when the recording is open.
    init(
        makeDetector: @escaping @Sendable () throws -> (any SpeechListener)? = { nil },
        _ open: @escaping @Sendable () throws(AudioError) -> any SampleSource
    ) {
        self.open = open
        self.makeDetector = makeDetector
    }

    /// The next chunk; `nil` at the end.
    ///
    /// - Throws: ``AudioError`` if there is no sound at all. A recording that fails later ends there,
    ///   and ``warnings`` says so: what was heard is not lost. What the speech detector throws.
    func next() throws -> PlannedChunk? {
        while true {
            if let chunk = planner.next(isAtEnd: isAtEnd) { return chunk }
            guard !isAtEnd else { return nil }
            var samples: [Float]?
            do throws(AudioError) {
                if source == nil { source = try open() }
                samples = try source?.next()
            } catch {
                guard sampleCount > 0 else { throw error }
                failure = error
            }
            if sampleCount == 0 {
                detector = try makeDetector()
                planner = ChunkPlanner(listensForSpeech: detector != nil)
            }
            isAtEnd = samples == nil
            sampleCount += samples?.count ?? 0
            planner.append(
                samples ?? [],
                speech: try samples.map { try detector?.append($0) ?? [] } ?? detector?.finish()
                    ?? [])
        }
    }

    /// Length of the recording, as far as it is known by now.
    var expectedSeconds: Double? {
        source?.expectedSampleCount.map { Double(max($0, sampleCount)) / 16000 }
    }

    /// What a reader of the transcript should know about the input.
    var warnings: [String] {
        (source?.flaws ?? []).map(sentence) + (failure.map { [sentence($0)] } ?? [])
    }

    private func sentence(_ failure: AudioError) -> String {
        "The recording could be read up to \(seconds(sampleCount)) only: \(failure)"
    }

    private func sentence(_ flaw: RecordingFlaw) -> String {
        switch flaw {
        case .truncated:
            let claimed = source?.expectedSampleCount ?? 0
            let expected = claimed > sampleCount ? " of \(seconds(claimed))" : ""
            return "The recording breaks off after \(seconds(sampleCount))\(expected): "
                + "the file is incomplete."
        case .damaged(let count, let first):
            let places = count == 1 ? "1 place" : "\(count) places"
            return "The recording is damaged in \(places), first at \(seconds(first)): "
                + "there is silence instead."
        case .followed:
            return "Another recording follows in the same file and was not read: split the file."
        case .changed:
            return "The file was changed while it was read: the text may be neither of before nor "
                + "of after."
        }
    }

    private func seconds(_ sampleCount: Int) -> String {
        hundredths(Double(sampleCount) / 16000) + " s"
    }
}

/// A number of seconds to 1/100.
func hundredths(_ seconds: Double) -> String {
    let total = Int((seconds * 100).rounded())
    let rest = "\(total % 100)"
    return "\(total / 100)." + (rest.count < 2 ? "0" : "") + rest
}
