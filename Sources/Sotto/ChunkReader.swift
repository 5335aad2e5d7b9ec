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
    private let firstSample: Int
    private var sampleCount = 0
    private var failure: AudioError?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.unowned }

    /// - Parameters:
    ///   - firstSample: where in the recording the first of the samples lies; a multiple of a speech
    ///     detector's frame.
    ///   - makeDetector: called once, when the recording is open.
    init(
        firstSample: Int = 0,
        makeDetector: @escaping @Sendable () throws -> (any SpeechListener)? = { nil },
        _ open: @escaping @Sendable () throws(AudioError) -> any SampleSource
    ) {
        precondition(firstSample % SpeechDetector.frameSampleCount == 0)
        self.firstSample = firstSample
        self.open = open
        self.makeDetector = makeDetector
    }

    /// The next chunk; `nil` at the end.
    ///
    /// - Throws: ``AudioError`` if there is no sound at all. A recording that fails later ends there,
    ///   and ``warnings`` says so: what was heard is not lost. What the speech detector throws.
    func next() throws -> PlannedChunk? {
        while true {
            if let chunk = planner.next(isAtEnd: isAtEnd) {
                return chunk.moved(by: firstSample)
            }
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

    /// Length of the recording, or the end of the part that is heard, as far as it is known by now.
    var expectedSeconds: Double? { expectedSampleCount.map { Double($0) / 16000 } }

    private var expectedSampleCount: Int? {
        source?.expectedSampleCount.map { firstSample + max($0, sampleCount) }
    }

    /// What a reader of the transcript should know about the input.
    var warnings: [String] {
        RecordingWarnings(
            sampleCount: firstSample + sampleCount,
            expectedSampleCount: source?.expectedSampleCount.map { firstSample + $0 }
        ).sentences(flaws: source?.flaws ?? [], failure: failure)
    }
}
