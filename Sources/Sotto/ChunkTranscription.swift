import Audio
import Qwen3ASR
import Transcript

/// One chunk on its way through the recogniser: heard once, and once more in two halves if the answer
/// went wrong.
struct ChunkTranscription: Sendable {
    let recogniser: any Recogniser
    let options: TranscriptionOptions
    let stop: StopSwitch
    let watch: StallWatch
    /// All chunks of a recording share a turn.
    let job = JobID()
    /// Called with what is heard so far; nothing of it is certain.
    let showPartial: @Sendable (String) -> Void

    /// Somebody asked for an early end.
    struct Stopped: Error {}

    /// Halves of a chunk that went wrong are at least this long, in samples.
    private static let shortestHalf = 64_000
    /// Seconds of speech that must leave some text.
    private static let unmistakable = 2.0

    /// What is changed about a request that went wrong.
    private enum Change {
        case none
        /// The context is not sent.
        case withoutContext
        /// The model may not go round in circles.
        case unbroken
    }

    /// Queues a chunk; silence needs no model.
    func submit(_ chunk: PlannedChunk) -> AsyncThrowingStream<GenerationEvent, any Error>? {
        chunk.isSilent && !options.isParity ? nil : recognise(chunk)
    }

    private func recognise(
        _ chunk: PlannedChunk, _ change: Change = .none
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        var samples = peakLimited(chunk.samples)
        // What is left over from cutting may be too short for even one frame.
        let isPiece = chunk.range.lowerBound > 0
        if isPiece && samples.count < GenerationRequest.comfortable {
            samples += [Float](
                repeating: 0, count: GenerationRequest.comfortable - samples.count)
        }
        // Where nobody speaks, the model may read the context aloud.
        let sendsContext = change != .withoutContext && chunk.speechSeconds != 0
        return recogniser.recognise(
            GenerationRequest(
                samples: samples, context: sendsContext ? options.context : "",
                language: options.language?.name,
                tokenLimit: options.tokenLimit
                    ?? GenerationRequest.tokenLimit(sampleCount: chunk.samples.count),
                breaksCircles: change == .unbroken, isParity: options.isParity, job: job))
    }

    /// Follows the answer to its end. One that is a copy of the context is asked for again without it. One
    /// that went round in a circle, did not end, or is silent about speech is asked for again in halves,
    /// and they again: with another cut the model seldom fails at the same place. What cannot be halved
    /// is asked for a last time with circles forbidden.
    ///
    /// - Returns: the answers, in order; they cover the chunk.
    func finish(
        _ chunk: PlannedChunk, _ events: AsyncThrowingStream<GenerationEvent, any Error>?
    ) async throws -> [Chunk] {
        guard let events else { return [silence(chunk)] }
        var first = try await hear(chunk, events)
        guard options.tokenLimit == nil, !options.isParity else { return [first] }
        if isCopyOfContext(first.text) {
            first = try await hear(chunk, recognise(chunk, .withoutContext))
        }
        guard first.finishReason != .stop else { return [first] }
        guard let halves = chunk.halves(shortest: Self.shortestHalf) else {
            guard first.finishReason != .silent else { return [first] }
            let last = try await hear(chunk, recognise(chunk, .unbroken))
            return [last.finishReason == .stop && !last.text.isEmpty ? last : first]
        }
        let submitted = halves.map { ($0, recognise($0)) }
        var answers: [Chunk] = []
        for (half, events) in submitted { answers += try await finish(half, events) }
        // Half of it is more than nothing; where all fail, the whole says as much.
        let isBetter = answers.contains { $0.finishReason == .stop && !$0.text.isEmpty }
        return isBetter ? answers : [first]
    }

    /// Whether an answer says what the context says: four words or more, or all of it.
    private func isCopyOfContext(_ text: String) -> Bool {
        func letters(_ text: String) -> String {
            String(text.lowercased().filter { $0.isLetter || $0.isNumber })
        }
        let (said, context) = (letters(text), letters(options.context))
        guard !said.isEmpty, context.contains(said) else { return false }
        return said == context || said.count >= 16
    }

    private func silence(_ chunk: PlannedChunk) -> Chunk {
        Chunk(
            sampleRange: chunk.range, tokenIDs: [], tokenLogProbabilities: [], rawText: "",
            text: "", language: "", finishReason: .silence, promptTokenCount: 0,
            timings: Timings())
    }

    /// Follows an answer, no further than until the stop switch is thrown: even before its first token.
    private func hear(
        _ chunk: PlannedChunk, _ events: AsyncThrowingStream<GenerationEvent, any Error>
    ) async throws -> Chunk {
        let listening = Task { try await listen(to: events, of: chunk) }
        stop.whenStopped { listening.cancel() }
        return try await withTaskCancellationHandler {
            try await listening.value
        } onCancel: {
            listening.cancel()
        }
    }

    private func listen(
        to events: AsyncThrowingStream<GenerationEvent, any Error>, of chunk: PlannedChunk
    ) async throws -> Chunk {
        let parser = OutputParser(
            forcedLanguage: options.language?.name, cleansRepetition: options.isParity)
        var (decoder, loopGuard) = (recogniser.makeTextDecoder(), LoopGuard())
        var raw = ""
        var tokens: [GeneratedToken] = []
        var summary: GenerationSummary?
        var loopStart: Int?
        watch.wait()
        defer { watch.rest() }
        answer: for try await event in events {
            watch.wait()
            switch event {
            case .token(let token):
                guard !stop.isStopped else { throw Stopped() }
                tokens.append(token)
                raw += decoder.append(token.id)
                showPartial(parser.visibleText(raw))
                loopStart = options.isParity ? nil : loopGuard.append(token.id)
                if loopStart != nil {
                    await abandon(events)
                    break answer
                }
            case .finished(let end):
                summary = end
            }
        }
        guard summary != nil || (loopStart != nil && !Task.isCancelled) else {
            throw stop.isStopped ? Stopped() : CancellationError()
        }
        raw += decoder.finish()
        let answer = parser.parse(
            loopStart.map { decoder.text(of: tokens.prefix($0).map(\.id)) } ?? raw)
        let isSilent = answer.text.isEmpty && (chunk.speechSeconds ?? 0) >= Self.unmistakable
        let reason: Chunk.FinishReason =
            loopStart != nil
            ? .loop
            : summary?.finishReason != .stop ? .length : isSilent ? .silent : .stop
        return Chunk(
            sampleRange: chunk.range, tokenIDs: tokens.map { Int($0.id) },
            tokenLogProbabilities: tokens.map(\.logProbability), rawText: raw, text: answer.text,
            language: answer.language, finishReason: reason,
            promptTokenCount: summary?.promptTokenCount ?? 0,
            timings: summary.map { Timings($0.times) } ?? Timings())
    }

    /// Ends the work on an answer; only to stop reading it would leave the model at work.
    private func abandon(_ events: AsyncThrowingStream<GenerationEvent, any Error>) async {
        let reader = Task { for try await _ in events { return } }
        reader.cancel()
        _ = await reader.result
    }

    /// An answer as a piece of the transcript.
    func piece(_ chunk: Chunk, of planned: PlannedChunk) -> HeardPiece {
        HeardPiece(
            chunk, of: planned, hasHeader: options.language == nil,
            makeTextDecoder: recogniser.makeTextDecoder)
    }

    /// A piece, and the sound it is from.
    typealias Heard = (piece: HeardPiece, sound: PlannedChunk)

    /// Joins two pieces whose sound overlaps. Where they do not agree on what both heard, a third piece, of
    /// the sound around it, goes between them.
    ///
    /// - Returns: two or three pieces, and whether they agree.
    func join(
        _ left: Heard, _ right: Heard
    ) async throws -> (pieces: [HeardPiece], isCertain: Bool) {
        var (first, last) = (left.piece, right.piece)
        if HeardPiece.stitch(&first, &last) { return ([first, last], true) }
        let unsure = [first, last]
        guard !options.isParity, let sound = PlannedChunk(between: left.sound, right.sound) else {
            return (unsure, false)
        }
        let answer: Chunk
        do {
            answer = try await hear(sound, recognise(sound))
        } catch is Stopped {
            return (unsure, false)
        }
        var middle = piece(answer, of: sound)
        (first, last) = (left.piece, right.piece)
        guard answer.finishReason == .stop, !middle.isEmpty, HeardPiece.stitch(&first, &middle),
            HeardPiece.stitch(&middle, &last)
        else { return (unsure, false) }
        return ([first, middle, last], true)
    }
}

extension PlannedChunk {
    /// The 30 s around the middle of what two chunks share, or as much as they have; `nil` if they share
    /// nothing.
    fileprivate init?(between left: PlannedChunk, _ right: PlannedChunk) {
        let (start, end) = (right.range.lowerBound, left.range.upperBound)
        guard start < end else { return nil }
        let (middle, reach) = ((start + end) / 2, 240_000)
        let low = max(left.range.lowerBound, middle - reach)
        let high = min(right.range.upperBound, middle + reach)
        self = left.part(low..<end).followed(by: right.part(end..<high))
    }

    /// Cut in two at the quietest place of its middle half; `nil` if a part would be too short.
    func halves(shortest: Int) -> [PlannedChunk]? {
        guard samples.count >= 2 * shortest else { return nil }
        let middle =
            max(shortest, samples.count / 4)..<min(
                samples.count - shortest, samples.count * 3 / 4) + 1
        let cut = ChunkPlanner.quietestPlace(in: samples, middle)
        let place = range.lowerBound + cut
        return [part(range.lowerBound..<place), part(place..<range.upperBound)]
    }
}
