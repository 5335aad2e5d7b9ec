import FoundationEssentials

/// The JSON format, version 2: everything, so that it can be read again.
///
/// Source: `docs/transcript.schema.json`.
func renderJSON(_ transcription: Transcription, inOneLine: Bool = false) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if !inOneLine { encoder.outputFormatting.insert(.prettyPrinted) }
    guard let data = try? encoder.encode(TranscriptionDocument(transcription)) else {
        // Strings and finite numbers always encode; a non-finite number is a bug of ours.
        preconditionFailure("a transcription that JSON cannot hold")
    }
    return Array(data) + Array("\n".utf8)
}

/// A file of the JSON format. Times are seconds with millisecond precision; offsets and lengths count Unicode
/// scalars.
struct TranscriptionDocument: Encodable {
    static let currentVersion = 2

    let version = currentVersion
    let recording, text, language, model, modelFingerprint, device, sotto: String
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
        case version, recording, text, language, model, device, sotto, settings, duration, seconds
        case complete, warnings, timings, coverage, paragraphs, events, segments, chunks
        case modelFingerprint = "model_fingerprint"
    }

    init(_ source: Transcription) {
        recording = source.recordingName
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
        chunks = source.chunks.map(ChunkRecord.init)
        timings = StageSeconds(chunks.reduce(Timings()) { $0 + $1.timings.timings })
        coverage = source.coverage.map {
            SpanRecord(start: $0.startSeconds, end: $0.endSeconds, kind: $0.kind.rawValue)
        }
        paragraphs = source.paragraphs.map(ParagraphRecord.init)
        events = source.events.map {
            SpanRecord(start: $0.startSeconds, end: $0.endSeconds, kind: $0.name)
        }
        segments = source.segments.map(SegmentRecord.init)
    }
}

struct SpanRecord: Codable {
    let start, end: Double
    let kind: String

    init(start: Double, end: Double, kind: String) {
        self.start = rounded(start)
        self.end = rounded(end)
        self.kind = kind
    }
}

struct ParagraphRecord: Encodable {
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

struct ChunkRecord: Codable {
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

struct StageSeconds: Codable {
    let mel, convolution, encoder, prefill, decode: Double

    init(_ source: Timings) {
        mel = rounded(source.melSeconds)
        convolution = rounded(source.convolutionSeconds)
        encoder = rounded(source.encoderSeconds)
        prefill = rounded(source.prefillSeconds)
        decode = rounded(source.decodeSeconds)
    }

    var timings: Timings {
        Timings(
            melSeconds: mel, convolutionSeconds: convolution, encoderSeconds: encoder,
            prefillSeconds: prefill, decodeSeconds: decode)
    }
}

/// To milliseconds.
func rounded(_ value: Double) -> Double {
    (value * 1000).rounded() / 1000
}
