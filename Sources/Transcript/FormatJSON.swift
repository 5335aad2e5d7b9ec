import FoundationEssentials

/// The JSON format, version 1. Times are seconds with millisecond precision, ids are token ids.
func renderJSON(_ transcription: Transcription) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .useDefaultKeys
    guard let data = try? encoder.encode(Document(transcription)) else {
        // Strings and finite numbers always encode; a non-finite number is a bug of ours.
        preconditionFailure("a transcription that JSON cannot hold")
    }
    return String(decoding: data, as: UTF8.self) + "\n"
}

private struct Document: Encodable {
    let version = 1
    let text, language, model, device, sotto: String
    let duration, seconds: Double
    let complete: Bool
    let warnings: [String]
    let timings: StageSeconds
    let segments: [SegmentRecord]
    let chunks: [ChunkRecord]

    init(_ source: Transcription) {
        text = source.text
        language = source.language
        model = source.provenance.model
        device = source.provenance.device
        sotto = source.provenance.version
        duration = rounded(source.durationSeconds)
        seconds = rounded(source.provenance.wallSeconds)
        complete = source.isComplete
        warnings = source.warnings
        timings = StageSeconds(source.chunks.reduce(Timings()) { $0 + $1.timings })
        segments = source.segments.map(SegmentRecord.init)
        chunks = source.chunks.map(ChunkRecord.init)
    }
}

private struct SegmentRecord: Encodable {
    let start, end: Double
    let text, language: String
    let logprob: Double

    init(_ source: Segment) {
        start = rounded(source.startSeconds)
        end = rounded(source.endSeconds)
        text = source.text
        language = source.language
        logprob = rounded(source.meanLogProbability)
    }
}

private struct ChunkRecord: Encodable {
    let start, end: Double
    let startSample, endSample, promptTokenCount: Int
    let tokenIDs: [Int]
    let rawText, text, language: String
    let finishReason: Chunk.FinishReason
    let timings: StageSeconds

    enum CodingKeys: String, CodingKey {
        case start, end, text, language, timings
        case startSample = "start_sample"
        case endSample = "end_sample"
        case promptTokenCount = "prompt_tokens"
        case tokenIDs = "token_ids"
        case rawText = "raw_text"
        case finishReason = "finish_reason"
    }

    init(_ source: Chunk) {
        start = rounded(source.startSeconds)
        end = rounded(source.endSeconds)
        startSample = source.sampleRange.lowerBound
        endSample = source.sampleRange.upperBound
        promptTokenCount = source.promptTokenCount
        tokenIDs = source.tokenIDs
        rawText = source.rawText
        text = source.text
        language = source.language
        finishReason = source.finishReason
        timings = StageSeconds(source.timings)
    }
}

private struct StageSeconds: Encodable {
    let mel, convolution, encoder, prefill, decode: Double

    init(_ source: Timings) {
        mel = rounded(source.melSeconds)
        convolution = rounded(source.convolutionSeconds)
        encoder = rounded(source.encoderSeconds)
        prefill = rounded(source.prefillSeconds)
        decode = rounded(source.decodeSeconds)
    }
}

/// To milliseconds.
private func rounded(_ value: Double) -> Double {
    (value * 1000).rounded() / 1000
}
