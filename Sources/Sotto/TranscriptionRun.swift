import Audio
import Qwen3ASR
import Transcript

/// One recording on its way through planner, recogniser and parser.
///
/// Chunks are submitted ahead, so that the recogniser can work on several; their text comes out in
/// the order of the recording.
struct TranscriptionRun {
    let recogniser: any Recogniser
    let modelName: String
    let options: TranscriptionOptions
    let emit: @Sendable (TranscriptionEvent) -> Void

    /// A chunk whose answer is on its way.
    private struct Pending {
        let chunk: PlannedChunk
        let events: AsyncThrowingStream<GenerationEvent, any Error>
    }

    func run(_ reader: ChunkReader) async throws -> Transcription {
        let clock = ContinuousClock.now
        var pending: [Pending] = []
        var chunks: [Chunk] = []
        var segments: [Segment] = []
        var shown = ""
        var isAtEnd = false
        while true {
            while !isAtEnd && pending.count < recogniser.usefulLookahead {
                guard let chunk = try await reader.next() else {
                    isAtEnd = true
                    break
                }
                let events = recogniser.recognise(request(for: chunk))
                pending.append(Pending(chunk: chunk, events: events))
            }
            guard !pending.isEmpty else { break }
            let first = pending.removeFirst()
            let (chunk, segment) = try await finish(first, shown: &shown)
            chunks.append(chunk)
            segment.map { segments.append($0) }
            emit(
                .progress(
                    doneSeconds: chunk.endSeconds, totalSeconds: await reader.expectedSeconds))
        }
        let sampleCount = chunks.last?.sampleRange.upperBound ?? 0
        return Transcription(
            segments: segments, chunks: chunks, durationSeconds: Double(sampleCount) / 16000,
            provenance: Provenance(
                model: modelName, device: recogniser.deviceName, version: sottoVersion,
                wallSeconds: (ContinuousClock.now - clock).seconds),
            warnings: await reader.warnings + chunks.compactMap(warning))
    }

    private func request(for chunk: PlannedChunk) -> GenerationRequest {
        var samples = peakLimited(chunk.samples)
        // What is left over from cutting may be too short for even one frame.
        let isPiece = chunk.range.lowerBound > 0
        if isPiece && samples.count < GenerationRequest.comfortable {
            samples += [Float](
                repeating: 0, count: GenerationRequest.comfortable - samples.count)
        }
        return GenerationRequest(
            samples: samples, context: options.context, language: options.language?.name,
            tokenLimit: options.tokenLimit
                ?? GenerationRequest.tokenLimit(sampleCount: chunk.samples.count),
            isParity: options.isParity)
    }

    /// Follows a chunk's answer to its end, showing text as it becomes certain.
    private func finish(
        _ pending: Pending, shown: inout String
    ) async throws -> (Chunk, Segment?) {
        let parser = OutputParser(
            forcedLanguage: options.language?.name, cleansRepetition: options.isParity)
        var decoder = recogniser.makeTextDecoder()
        var (raw, visible) = ("", "")
        var tokens: [GeneratedToken] = []
        var summary: GenerationSummary?
        let before = shown
        func show(_ text: String) {
            // Scalar by scalar: an accent that comes later joins the character before it.
            guard text.unicodeScalars.count > visible.unicodeScalars.count,
                text.unicodeScalars.starts(with: visible.unicodeScalars)
            else { return }
            let joint = visible.isEmpty ? Seam.separator(between: before, and: text) : ""
            let rest = text.unicodeScalars.dropFirst(visible.unicodeScalars.count)
            emit(.text(joint + String(String.UnicodeScalarView(rest))))
            visible = text
        }
        for try await event in pending.events {
            switch event {
            case .token(let token):
                tokens.append(token)
                raw += decoder.append(token.id)
                show(parser.visibleText(raw))
            case .finished(let end):
                summary = end
            }
        }
        guard let summary else { throw CancellationError() }
        raw += decoder.finish()
        let answer = parser.parse(raw)
        show(answer.text)
        shown += Seam.separator(between: shown, and: answer.text) + answer.text
        let chunk = Chunk(
            sampleRange: pending.chunk.range, tokenIDs: tokens.map { Int($0.id) }, rawText: raw,
            text: answer.text, language: answer.language,
            finishReason: summary.finishReason == .stop ? .stop : .length,
            promptTokenCount: summary.promptTokenCount, timings: Timings(summary.times))
        let logProbability = tokens.reduce(0) { $0 + Double($1.logProbability) }
        let segment = Segment(
            startSeconds: chunk.startSeconds, endSeconds: chunk.endSeconds, text: answer.text,
            language: answer.language,
            meanLogProbability: logProbability / Double(max(1, tokens.count)))
        return (chunk, answer.text.isEmpty ? nil : segment)
    }

    private func warning(_ chunk: Chunk) -> String? {
        guard chunk.finishReason == .length else { return nil }
        return "The text from \(chunk.startSeconds.rounded(.down)) s to "
            + "\(chunk.endSeconds.rounded(.up)) s reached its token limit and may be incomplete."
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
