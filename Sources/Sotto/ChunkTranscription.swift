import Audio
import Qwen3ASR
import Transcript

/// One chunk on its way through the recogniser: heard once, and once more in two halves if the answer
/// went wrong.
struct ChunkTranscription {
    let recogniser: any Recogniser
    let options: TranscriptionOptions
    let stop: StopSwitch
    /// Called with what is heard so far; nothing of it is certain.
    let showPartial: (String) -> Void

    /// Somebody asked for an early end.
    struct Stopped: Error {}

    /// Halves of a chunk that went wrong are at least this long, in samples.
    private static let shortestHalf = 64_000
    /// Seconds of speech that must leave some text.
    private static let unmistakable = 2.0

    /// Queues a chunk; silence needs no model.
    func submit(_ chunk: PlannedChunk) -> AsyncThrowingStream<GenerationEvent, any Error>? {
        chunk.isSilent && !options.isParity ? nil : recognise(chunk)
    }

    private func recognise(
        _ chunk: PlannedChunk
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        var samples = peakLimited(chunk.samples)
        // What is left over from cutting may be too short for even one frame.
        let isPiece = chunk.range.lowerBound > 0
        if isPiece && samples.count < GenerationRequest.comfortable {
            samples += [Float](
                repeating: 0, count: GenerationRequest.comfortable - samples.count)
        }
        return recogniser.recognise(
            GenerationRequest(
                samples: samples, context: options.context, language: options.language?.name,
                tokenLimit: options.tokenLimit
                    ?? GenerationRequest.tokenLimit(sampleCount: chunk.samples.count),
                isParity: options.isParity))
    }

    /// Follows the answer to its end. One that went round in a circle, did not end, or is silent about
    /// speech is asked for again in halves: with another cut the model seldom fails at the same place.
    ///
    /// - Returns: the answers, in order; they cover the chunk.
    func finish(
        _ chunk: PlannedChunk, _ events: AsyncThrowingStream<GenerationEvent, any Error>?
    ) async throws -> [Chunk] {
        guard let events else { return [silence(chunk)] }
        let first = try await hear(chunk, events)
        guard first.finishReason != .stop, options.tokenLimit == nil, !options.isParity,
            let halves = chunk.halves(shortest: Self.shortestHalf)
        else { return [first] }
        let submitted = halves.map { ($0, recognise($0)) }
        var answers: [Chunk] = []
        for (half, events) in submitted { answers.append(try await hear(half, events)) }
        // Half of it is more than nothing; where both fail, the whole says as much.
        let isBetter = answers.contains { $0.finishReason == .stop && !$0.text.isEmpty }
        return isBetter ? answers : [first]
    }

    private func silence(_ chunk: PlannedChunk) -> Chunk {
        Chunk(
            sampleRange: chunk.range, tokenIDs: [], tokenLogProbabilities: [], rawText: "",
            text: "", language: "", finishReason: .silence, promptTokenCount: 0,
            timings: Timings())
    }

    private func hear(
        _ chunk: PlannedChunk, _ events: AsyncThrowingStream<GenerationEvent, any Error>
    ) async throws -> Chunk {
        let parser = OutputParser(
            forcedLanguage: options.language?.name, cleansRepetition: options.isParity)
        var (decoder, loopGuard) = (recogniser.makeTextDecoder(), LoopGuard())
        var raw = ""
        var tokens: [GeneratedToken] = []
        var summary: GenerationSummary?
        var loopStart: Int?
        answer: for try await event in events {
            switch event {
            case .token(let token):
                guard !stop.isStopped else { throw Stopped() }
                tokens.append(token)
                raw += decoder.append(token.id)
                showPartial(parser.visibleText(raw))
                loopStart = options.isParity ? nil : loopGuard.append(token.id)
                // Leaving the stream ends the work on it.
                if loopStart != nil { break answer }
            case .finished(let end):
                summary = end
            }
        }
        try Task.checkCancellation()
        guard summary != nil || loopStart != nil else { throw CancellationError() }
        raw += decoder.finish()
        let answer = parser.parse(loopStart.map { text(of: tokens.prefix($0).map(\.id)) } ?? raw)
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

    /// An answer as a piece of the transcript.
    func piece(_ chunk: Chunk, of planned: PlannedChunk) -> HeardPiece {
        HeardPiece(
            chunk, of: planned, hasHeader: options.language == nil,
            makeTextDecoder: recogniser.makeTextDecoder)
    }

    private func text(of tokens: some Sequence<Int32>) -> String {
        var decoder = recogniser.makeTextDecoder()
        return tokens.reduce(into: "") { $0 += decoder.append($1) } + decoder.finish()
    }
}

extension PlannedChunk {
    /// Cut in two at the quietest place of its middle half; `nil` if a part would be too short.
    func halves(shortest: Int) -> [PlannedChunk]? {
        guard samples.count >= 2 * shortest else { return nil }
        let middle =
            max(shortest, samples.count / 4)..<min(
                samples.count - shortest, samples.count * 3 / 4) + 1
        let cut = ChunkPlanner.quietestPlace(in: samples, middle)
        let place = range.lowerBound + cut
        // Nobody knows in which half the speech is.
        return [
            PlannedChunk(range: range.lowerBound..<place, samples: Array(samples[..<cut])),
            PlannedChunk(range: place..<range.upperBound, samples: Array(samples[cut...])),
        ]
    }
}
