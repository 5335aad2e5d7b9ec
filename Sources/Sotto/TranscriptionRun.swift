import Audio
import Qwen3ASR
import Transcript

/// One recording on its way through planner, recogniser and parser.
///
/// Chunks are submitted ahead, so that the recogniser can work on several; their text comes out in
/// the order of the recording.
struct TranscriptionRun {
    let recogniser: any Recogniser
    let options: TranscriptionOptions
    let stop: StopSwitch
    let provenance: Provenance
    let journaling: Journaling
    let emit: @Sendable (TranscriptionEvent) -> Void

    /// A chunk whose answer is on its way.
    private struct Pending {
        let chunk: PlannedChunk
        /// What an earlier run found.
        let known: [Chunk]?
        /// `nil` for silence, and where the answer is known.
        let events: AsyncThrowingStream<GenerationEvent, any Error>?
    }

    func run(_ reader: ChunkReader) async throws -> Transcription {
        let clock = ContinuousClock.now
        let chunkTranscription = ChunkTranscription(
            recogniser: recogniser, options: options, stop: stop
        ) { emit(.partial($0)) }
        /// Opened with the recording: what cannot be read leaves none behind.
        var journal: Journal?
        var pending: [Pending] = []
        var chunks: [Chunk] = []
        var segments: [Segment] = []
        var isAtEnd = false
        var doubts: [String] = []
        /// A piece whose end the next one hears too, and the sound it is from.
        var open: ChunkTranscription.Heard?
        func add(_ piece: HeardPiece) {
            chunks.append(piece.chunk)
            guard let segment = piece.segment else { return }
            let before = segments.last?.text ?? ""
            emit(.text(Seam.separator(between: before, and: segment.text) + segment.text))
            segments.append(segment)
        }
        while !stop.isStopped {
            while !isAtEnd && pending.count < recogniser.usefulLookahead {
                guard let chunk = try await reader.next() else {
                    isAtEnd = true
                    break
                }
                if chunk.range.lowerBound == 0 {
                    journal = try await Journal(journaling, provenance: provenance)
                }
                let known = try await journal?.next(range: chunk.range, samples: chunk.samples)
                let events = known == nil ? chunkTranscription.submit(chunk) : nil
                pending.append(Pending(chunk: chunk, known: known, events: events))
            }
            guard !pending.isEmpty else { break }
            let first = pending.removeFirst()
            let answers: [Chunk]
            do {
                if let known = first.known {
                    answers = known
                } else {
                    answers = try await chunkTranscription.finish(first.chunk, first.events)
                    try await journal?.append(
                        answers, range: first.chunk.range, samples: first.chunk.samples)
                }
            } catch is ChunkTranscription.Stopped {
                break
            }
            var pieces = answers.map { chunkTranscription.piece($0, of: first.chunk) }
            if let left = open {
                let joined = try await chunkTranscription.join(left, (pieces[0], first.chunk))
                if !joined.isCertain {
                    let place = (pieces[0].chunk.startSeconds + left.piece.chunk.endSeconds) / 2
                    doubts.append(
                        "Around \(hundredths(place)) s two pieces do not agree: words there may be "
                            + "missing or double.")
                }
                joined.pieces.dropLast().forEach(add)
                pieces[0] = joined.pieces[joined.pieces.count - 1]
            }
            open = first.chunk.isContinued ? (pieces.removeLast(), first.chunk) : nil
            pieces.forEach(add)
            emit(
                .progress(
                    doneSeconds: Double(first.chunk.range.upperBound) / 16000,
                    totalSeconds: await reader.expectedSeconds))
        }
        if let open { add(open.piece) }
        if isAtEnd { try await journal?.checkEnd() }
        let sampleCount = chunks.last?.sampleRange.upperBound ?? 0
        let heardSeconds = Double(sampleCount) / 16000
        let expected = stop.isStopped ? await reader.expectedSeconds : nil
        var provenance = provenance
        provenance.wallSeconds = (ContinuousClock.now - clock).seconds
        return Transcription(
            segments: segments, chunks: chunks,
            durationSeconds: max(heardSeconds, expected ?? 0), provenance: provenance,
            warnings: await reader.warnings + chunks.compactMap(warning) + doubts
                + (stop.isStopped ? [stopWarning(sampleCount, expected)] : []))
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
