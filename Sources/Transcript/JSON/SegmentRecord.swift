/// A segment in the JSON format.
struct SegmentRecord: Codable {
    let start, end: Double
    let text, rawText: String
    let changes: [ChangeRecord]
    let speech: [SpeechRecord]
    let language: String
    let speaker: String?
    let opensParagraph: Bool?
    let logprob: Double
    let doubtful: Bool
    let doubtfulWords: [WordRecord]

    enum CodingKeys: String, CodingKey {
        case start, end, text, changes, speech, language, speaker, logprob, doubtful
        case rawText = "raw_text"
        case opensParagraph = "opens_paragraph"
        case doubtfulWords = "doubtful_words"
    }

    init(_ source: Segment) {
        let (shown, raw) = (Array(source.text.unicodeScalars), Array(source.rawText.unicodeScalars))
        start = rounded(source.startSeconds)
        end = rounded(source.endSeconds)
        text = source.text
        rawText = source.rawText
        changes = source.changes.map {
            ChangeRecord(
                offset: $0.range.lowerBound, length: $0.range.count, before: string(raw[$0.range]),
                after: $0.replacement, rules: $0.rules)
        }
        speech = source.speech.map {
            SpeechRecord(start: rounded($0.lowerBound), end: rounded($0.upperBound))
        }
        language = source.language
        speaker = source.speaker
        opensParagraph = source.opensParagraph
        logprob = rounded(source.meanLogProbability)
        doubtful = source.isDoubtful
        doubtfulWords = zip(source.doubtfulWords, source.doubtfulRanges).map { word, range in
            WordRecord(
                offset: range.lowerBound, length: range.count, rawOffset: word.range.lowerBound,
                rawLength: word.range.count, text: string(shown[range]),
                logprob: rounded(word.logProbability))
        }
    }
}

/// Where the text differs from the raw text.
struct ChangeRecord: Codable {
    /// In the raw text.
    let offset, length: Int
    let before, after: String
    let rules: [PolishRule]
}

/// Somebody speaks.
struct SpeechRecord: Codable {
    let start, end: Double
}

/// A word that may be wrong.
struct WordRecord: Codable {
    /// In the text, and in the raw text.
    let offset, length, rawOffset, rawLength: Int
    let text: String
    let logprob: Double

    enum CodingKeys: String, CodingKey {
        case offset, length, text, logprob
        case rawOffset = "raw_offset"
        case rawLength = "raw_length"
    }
}

private func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(scalars))
}
