import Audio
import Qwen3ASR
import Synchronization
import Transcript

/// One recording on its way through planner, recogniser and parser.
///
/// It is read and cut while earlier chunks are recognised, some chunks ahead, so that the recogniser can
/// work on several; their text comes out in the order of the recording. What comes slowly, from a
/// microphone say, is recognised chunk by chunk as it comes.
struct TranscriptionRun {
    let recogniser: any Recogniser
    let options: TranscriptionOptions
    let stop: StopSwitch
    let provenance: Provenance
    let journaling: Journaling
    /// The model failed if it gives no sign for as long as this.
    var patience = Duration.seconds(600)
    let emit: @Sendable (TranscriptionEvent) -> Void

    /// A chunk whose answer is on its way.
    private struct Pending {
        let chunk: PlannedChunk
        /// What an earlier run found.
        let known: [Chunk]?
        /// `nil` for silence, and where the answer is known.
        let events: AsyncThrowingStream<GenerationEvent, any Error>?
        /// Length of the recording as far as it is known by now.
        let expectedSeconds: Double?
    }

    /// What comes from the recording.
    private enum Step {
        case chunk(Pending)
        case end(warnings: [String])
    }

    func run(_ reader: ChunkReader) async throws -> Transcription {
        let watch = StallWatch()
        return try await watch.run(limit: patience) { [self] in
            let chunkTranscription = ChunkTranscription(
                recogniser: recogniser, options: options, stop: stop, watch: watch
            ) { emit(.partial($0)) }
            let journal = Journal(journaling, provenance: provenance)
            let isReplaying = Flag(journal.isResumed)
            // A permit for each chunk that may be submitted before earlier ones are done.
            let (permits, allow) = AsyncStream.makeStream(of: Void.self)
            for _ in 0..<recogniser.usefulLookahead { allow.yield() }
            let (steps, put) = AsyncThrowingStream.makeStream(of: Step.self)
            // Nobody waits for this task: a pipe may keep it for ever.
            let reading = Task {
                do {
                    try await read(reader, chunkTranscription, journal, permits, isReplaying) {
                        put.yield($0)
                    }
                    put.finish()
                } catch {
                    put.finish(throwing: error)
                }
            }
            // What an earlier run found is taken over even after a stop.
            stop.whenStopped { if !isReplaying.value { put.finish() } }
            defer { reading.cancel() }
            do {
                let result = try await assemble(steps, chunkTranscription, journal) {
                    allow.yield()
                }
                await journal.close()
                return result
            } catch {
                await journal.close()
                throw error
            }
        }
    }

    /// Reads and cuts the recording, and submits its chunks.
    private func read(
        _ reader: ChunkReader, _ chunkTranscription: ChunkTranscription,
        _ journal: Journal, _ permits: AsyncStream<Void>, _ isReplaying: Flag,
        _ put: (Step) -> Void
    ) async throws {
        for await _ in permits {
            guard let chunk = try await reader.next() else { break }
            // A recording that cannot be read leaves no journal behind.
            if chunk.range.lowerBound == 0 { try await journal.open() }
            let known = try await journal.next(range: chunk.range, samples: chunk.samples)
            if known == nil {
                isReplaying.value = false
                if stop.isStopped { return }
            }
            let pending = Pending(
                chunk: chunk, known: known,
                events: known == nil ? chunkTranscription.submit(chunk) : nil,
                expectedSeconds: await reader.expectedSeconds)
            put(.chunk(pending))
        }
        try await journal.checkEnd()
        put(.end(warnings: await reader.warnings))
    }

    /// Follows the chunks to their answers, and makes a transcription of them.
    private func assemble(
        _ steps: AsyncThrowingStream<Step, any Error>, _ chunkTranscription: ChunkTranscription,
        _ journal: Journal, allowNext: () -> Void
    ) async throws -> Transcription {
        let clock = ContinuousClock.now
        var chunks: [Chunk] = []
        var segments: [Segment] = []
        var text = PlainText()
        var doubts: [String] = []
        var expectedSeconds: Double?
        /// `nil` as long as the recording is not at its end.
        var warnings: [String]?
        /// A piece whose end the next one hears too, and the sound it is from.
        var open: ChunkTranscription.Heard?
        var polisher = SegmentPolisher(options.isParity ? .none : options.polish)
        func emitLastSegment() {
            emit(.segment(index: segments.count - 1, segments[segments.count - 1]))
        }
        func end(with mark: String?) {
            guard let mark else { return }
            segments[segments.count - 1].end(with: mark)
            emitLastSegment()
            emit(.text(text.end(with: mark)))
        }
        func add(_ piece: HeardPiece) {
            chunks.append(piece.chunk)
            guard let raw = piece.segment else { return }
            let (mark, segment) = polisher.append(raw)
            end(with: mark)
            segments.append(segment)
            let added = text.append(segment)
            if !added.isEmpty { emit(.text(added)) }
            emitLastSegment()
        }
        for try await step in steps {
            guard case .chunk(let pending) = step else {
                if case .end(let found) = step { warnings = found }
                continue
            }
            guard !stop.isStopped || pending.known != nil else { break }
            expectedSeconds = pending.expectedSeconds
            let answers: [Chunk]
            do {
                if let known = pending.known {
                    answers = known
                } else {
                    answers = try await chunkTranscription.finish(pending.chunk, pending.events)
                    try await journal.append(
                        answers, range: pending.chunk.range, samples: pending.chunk.samples)
                }
            } catch is ChunkTranscription.Stopped {
                break
            }
            var pieces = answers.map { chunkTranscription.piece($0, of: pending.chunk) }
            if let left = open {
                // The first part of one that was halved may be heard by the piece before as a whole.
                while pieces.count > 1, left.piece.covers(pieces[0]) { pieces.removeFirst() }
                let joined = try await chunkTranscription.join(left, (pieces[0], pending.chunk))
                if !joined.isCertain {
                    let place = (pieces[0].chunk.startSeconds + left.piece.chunk.endSeconds) / 2
                    doubts.append(
                        "Around \(hundredths(place)) s two pieces do not agree: words there may be "
                            + "missing or double.")
                }
                joined.pieces.dropLast().forEach(add)
                pieces[0] = joined.pieces[joined.pieces.count - 1]
            }
            open = pending.chunk.isContinued ? (pieces.removeLast(), pending.chunk) : nil
            pieces.forEach(add)
            emit(
                .progress(
                    doneSeconds: Double(pending.chunk.range.upperBound) / 16000,
                    totalSeconds: pending.expectedSeconds))
            allowNext()
        }
        try Task.checkCancellation()
        if let open { add(open.piece) }
        if warnings != nil { end(with: polisher.missingMark) }
        for problem in polisher.problems { emit(.remark(problem.description)) }
        let sampleCount = chunks.last?.sampleRange.upperBound ?? 0
        let heardSeconds = Double(sampleCount) / 16000
        var provenance = provenance
        provenance.wallSeconds = (ContinuousClock.now - clock).seconds
        let stopped = warnings == nil ? [stopWarning(sampleCount, expectedSeconds)] : []
        return Transcription(
            segments: segments, chunks: chunks,
            durationSeconds: max(heardSeconds, warnings == nil ? expectedSeconds ?? 0 : 0),
            provenance: provenance,
            warnings: (warnings ?? []) + chunks.compactMap(warning) + doubts + stopped)
    }

    private func stopWarning(_ sampleCount: Int, _ expected: Double?) -> String {
        let done = hundredths(Double(sampleCount) / 16000)
        let whole = expected.map { " of \(hundredths($0)) s" } ?? ""
        return "It was stopped after \(done) s\(whole): the rest is missing."
    }

    private func warning(_ chunk: Chunk) -> String? {
        let place =
            "from \(chunk.startSeconds.rounded(.down)) s to \(chunk.endSeconds.rounded(.up)) s"
        return switch chunk.finishReason {
        case .stop, .silence: nil
        case .length: "The text \(place) reached its token limit and may be incomplete."
        case .silent: "Speech was heard \(place), and the model gave no text for it."
        case .loop: "The model repeated itself \(place): the text there is incomplete."
        }
    }
}

/// A truth that several tasks share.
private final class Flag: Sendable {
    private let state: Mutex<Bool>

    init(_ value: Bool) {
        state = Mutex(value)
    }

    var value: Bool {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

extension Timings {
    init(_ times: StageTimes) {
        self.init(
            melSeconds: times.mel.seconds, convolutionSeconds: times.convolution.seconds,
            encoderSeconds: times.encoder.seconds, prefillSeconds: times.prefill.seconds,
            decodeSeconds: times.decode.seconds)
    }
}

extension Duration {
    /// As a number, for display.
    package var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
