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

    /// What a piece became.
    struct Piece {
        let chunk: Chunk
        /// `nil` where nothing was said.
        var segment: Segment?
        /// The tokens of the text alone.
        var textTokens: [Int32] = []
        /// Tokens at its start that the piece before it has already.
        fileprivate var skippedCount = 0
    }

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
    func finish(
        _ chunk: PlannedChunk, _ events: AsyncThrowingStream<GenerationEvent, any Error>?
    ) async throws -> [Piece] {
        guard let events else { return [Piece(chunk: silence(chunk), segment: nil)] }
        let first = try await hear(chunk, events)
        guard first.chunk.finishReason != .stop, options.tokenLimit == nil, !options.isParity,
            let halves = chunk.halves(shortest: Self.shortestHalf)
        else { return [first] }
        let submitted = halves.map { ($0, recognise($0)) }
        var pieces: [Piece] = []
        for (half, events) in submitted { pieces.append(try await hear(half, events)) }
        // Half of it is more than nothing; where both fail, the whole says as much.
        let isBetter = pieces.contains { $0.chunk.finishReason == .stop && $0.segment != nil }
        return isBetter ? pieces : [first]
    }

    private func silence(_ chunk: PlannedChunk) -> Chunk {
        Chunk(
            sampleRange: chunk.range, tokenIDs: [], rawText: "", text: "", language: "",
            finishReason: .silence, promptTokenCount: 0, timings: Timings())
    }

    private func hear(
        _ chunk: PlannedChunk, _ events: AsyncThrowingStream<GenerationEvent, any Error>
    ) async throws -> Piece {
        let parser = OutputParser(
            forcedLanguage: options.language?.name, cleansRepetition: options.isParity)
        var (decoder, loopGuard) = (recogniser.makeTextDecoder(), LoopGuard())
        var raw = ""
        var tokens: [GeneratedToken] = []
        var summary: GenerationSummary?
        var loopStart: Int?
        /// Tokens before the text.
        var headerCount = options.language == nil ? nil : 0
        answer: for try await event in events {
            switch event {
            case .token(let token):
                guard !stop.isStopped else { throw Stopped() }
                tokens.append(token)
                raw += decoder.append(token.id)
                showPartial(parser.visibleText(raw))
                if headerCount == nil && raw.contains(OutputParser.mark) {
                    headerCount = tokens.count
                }
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
        let result = Chunk(
            sampleRange: chunk.range, tokenIDs: tokens.map { Int($0.id) }, rawText: raw,
            text: answer.text, language: answer.language, finishReason: reason,
            promptTokenCount: summary?.promptTokenCount ?? 0,
            timings: summary.map { Timings($0.times) } ?? Timings())
        let logProbability = tokens.reduce(0) { $0 + Double($1.logProbability) }
        let segment = Segment(
            startSeconds: result.startSeconds, endSeconds: result.endSeconds, text: answer.text,
            language: answer.language,
            meanLogProbability: logProbability / Double(max(1, tokens.count)))
        let heard = tokens.prefix(loopStart ?? tokens.count).dropFirst(headerCount ?? 0).map(\.id)
        return Piece(
            chunk: result, segment: answer.text.isEmpty ? nil : segment,
            textTokens: heard.last.map { text(of: [$0]).isEmpty } == true ? heard.dropLast() : heard
        )
    }

    /// Joins the text of two pieces whose sound overlaps.
    ///
    /// - Returns: whether they agree on what was said in it.
    func stitch(_ left: inout Piece, _ right: inout Piece) -> Bool {
        guard left.segment != nil, right.segment != nil else { return true }
        let (first, second) = (left.chunk, right.chunk)
        let seam = Stitcher.seam(
            .init(
                tokens: left.textTokens, startSeconds: first.startSeconds,
                endSeconds: first.endSeconds),
            .init(
                tokens: right.textTokens, startSeconds: second.startSeconds,
                endSeconds: second.endSeconds)
        ) { token in
            let start = text(of: [token]).unicodeScalars.first
            return start.map { $0.properties.isWhitespace || Seam.isUnspaced($0) } ?? false
        }
        right.skippedCount = seam.rightStart
        let kept = left.skippedCount..<max(left.skippedCount, seam.leftCount)
        left.keep(text(of: left.textTokens[kept]))
        right.keep(text(of: right.textTokens[seam.rightStart...]))
        return seam.isCertain
    }

    private func text(of tokens: some Sequence<Int32>) -> String {
        var decoder = recogniser.makeTextDecoder()
        return tokens.reduce(into: "") { $0 += decoder.append($1) } + decoder.finish()
    }
}

extension ChunkTranscription.Piece {
    /// Leaves a part of the text.
    fileprivate mutating func keep(_ text: String) {
        let text = text.strippingWhitespace()
        segment?.text = text
        if text.isEmpty { segment = nil }
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
