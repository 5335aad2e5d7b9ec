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
    let modelFingerprint: String
    let settings: [String: String]
    let duration, seconds: Double
    let complete: Bool
    let warnings: [String]
    let timings: StageSeconds
    let coverage: [SpanRecord]
    let paragraphs: [ParagraphRecord]
    let events: [SpanRecord]
    let segments: [SegmentRecord]
    let chunks: [ChunkRecord]

    enum CodingKeys: String, CodingKey {
        case version, text, language, model, device, sotto, settings, duration, seconds, complete
        case warnings, timings, coverage, paragraphs, events, segments, chunks
        case modelFingerprint = "model_fingerprint"
    }

    init(_ source: Transcription) {
        text = source.text
        language = source.language
        model = source.provenance.model
        modelFingerprint = source.provenance.modelFingerprint
        settings = source.provenance.settings
        device = source.provenance.device
        sotto = source.provenance.version
        duration = rounded(source.durationSeconds)
        seconds = rounded(source.provenance.wallSeconds)
        complete = source.isComplete
        warnings = source.warnings
        timings = StageSeconds(source.chunks.reduce(Timings()) { $0 + $1.timings })
        coverage = source.coverage.map {
            SpanRecord(start: $0.startSeconds, end: $0.endSeconds, kind: $0.kind.rawValue)
        }
        paragraphs = source.paragraphs.map(ParagraphRecord.init)
        events = source.events.map {
            SpanRecord(start: $0.startSeconds, end: $0.endSeconds, kind: $0.name)
        }
        segments = source.segments.map(SegmentRecord.init)
        chunks = source.chunks.map(ChunkRecord.init)
    }
}

private struct SpanRecord: Encodable {
    let start, end: Double
    let kind: String

    init(start: Double, end: Double, kind: String) {
        self.start = rounded(start)
        self.end = rounded(end)
        self.kind = kind
    }
}

private struct ParagraphRecord: Encodable {
    let start, end: Double
    let text: String
    let speaker: String?

    init(_ source: Paragraph) {
        start = rounded(source.startSeconds)
        end = rounded(source.endSeconds)
        text = source.text
        speaker = source.speaker
    }
}

private struct SegmentRecord: Encodable {
    let start, end: Double
    let text, language: String
    let speaker: String?
    let logprob: Double
    let doubtful: Bool
    let doubtfulWords: [WordRecord]

    enum CodingKeys: String, CodingKey {
        case start, end, text, language, speaker, logprob, doubtful
        case doubtfulWords = "doubtful_words"
    }

    init(_ source: Segment) {
        start = rounded(source.startSeconds)
        end = rounded(source.endSeconds)
        text = source.text
        language = source.language
        speaker = source.speaker
        logprob = rounded(source.meanLogProbability)
        doubtful = source.isDoubtful
        doubtfulWords = zip(source.doubtfulWords, source.doubtfulRanges).map {
            WordRecord($0, at: $1, in: source.text)
        }
    }
}

private struct WordRecord: Encodable {
    /// Unicode code points of the segment's text.
    let offset, length: Int
    let text: String
    let logprob: Double

    init(_ source: DoubtfulWord, at range: Range<Int>, in segment: String) {
        offset = range.lowerBound
        length = range.count
        let scalars = segment.unicodeScalars.dropFirst(offset).prefix(length)
        text = String(String.UnicodeScalarView(scalars))
        logprob = rounded(source.logProbability)
    }
}

private struct ChunkRecord: Encodable {
    let start, end: Double
    let startSample, endSample, promptTokenCount: Int
    let tokenIDs: [Int]
    let tokenLogProbabilities: [Double]
    let rawText, text, language: String
    let finishReason: Chunk.FinishReason
    let timings: StageSeconds

    enum CodingKeys: String, CodingKey {
        case start, end, text, language, timings
        case startSample = "start_sample"
        case endSample = "end_sample"
        case promptTokenCount = "prompt_tokens"
        case tokenIDs = "token_ids"
        case tokenLogProbabilities = "token_logprobs"
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
        tokenLogProbabilities = source.tokenLogProbabilities.map { rounded(Double($0)) }
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
