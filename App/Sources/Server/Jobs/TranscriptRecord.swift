import Transcript

/// A transcript as the page shows it.
struct TranscriptRecord: Encodable, Sendable {
    var paragraphs: [ParagraphRecord] = []
    var partial = ""
    var coverage: [SpanRecord] = []
    var events: [SpanRecord] = []
    var language = ""
    @Nullable var edits: [EditedParagraph]?
}

/// Seconds of a recording, and what is there.
struct SpanRecord: Encodable, Hashable, Sendable {
    let start, end: Double
    let kind: String
}

/// A paragraph. Offsets count UTF-16 code units of its text, as JavaScript does.
struct ParagraphRecord: Encodable, Hashable, Sendable {
    /// A place where a known name or a replacement was put.
    struct Mark: Encodable, Hashable, Sendable {
        let from, to: Int
        let original: String
        let rules: [String]
    }

    let start, end: Double
    let text: String
    let speaker: NullableText
    let language: String
    let isDoubtful: Bool
    let doubts: [[Int]]
    let marks: [Mark]
    /// Where a segment or a sentence begins, and at which second.
    let times: [[Double]]

    init(_ paragraph: Paragraph) {
        start = paragraph.startSeconds
        end = paragraph.endSeconds
        text = paragraph.text
        speaker = NullableText(paragraph.speaker)
        language = mergedLanguages(paragraph.segments.map(\.language))
        isDoubtful = paragraph.segments.contains(where: \.isDoubtful)
        let scalars = Array(paragraph.text.unicodeScalars)
        let offsets = scalars.reduce(into: [0]) { $0.append($0[$0.count - 1] + UTF16.width($1)) }
        var (doubts, marks, times, place) = ([[Int]](), [Mark](), [[Double]](), 0)
        for segment in paragraph.segments {
            let own = Array(segment.text.unicodeScalars)
            // A space may stand between two segments.
            while place < scalars.count, !scalars[place...].starts(with: own) { place += 1 }
            guard place + own.count <= scalars.count else { break }
            doubts += segment.doubtfulRanges.map {
                [offsets[place + $0.lowerBound], offsets[place + $0.upperBound]]
            }
            times += segment.sentenceStarts.map {
                [Double(offsets[place + $0]), (segment.seconds(before: $0) * 100).rounded() / 100]
            }
            marks += segment.marks.map { mark in
                Mark(
                    from: offsets[place + mark.range.lowerBound],
                    to: offsets[place + mark.range.upperBound], original: mark.original,
                    rules: mark.rules)
            }
            place += own.count
        }
        self.doubts = doubts
        self.marks = marks
        self.times = times
    }
}

/// A text that JSON shows as `null` where there is none.
struct NullableText: Encodable, Hashable, Sendable {
    let value: String?

    init(_ value: String?) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}

extension Segment {
    private static let clauseEnds = ".,;:!?，。；：！？、…".unicodeScalars

    /// The first letters of its sentences and clauses, as scalars of ``text``.
    fileprivate var sentenceStarts: [Int] {
        let scalars = Array(text.unicodeScalars)
        return scalars.indices.filter { index in
            guard index > 0 else { return true }
            guard !scalars[index].properties.isWhitespace else { return false }
            let mark = scalars[..<index].last { !$0.properties.isWhitespace }
            return mark.map(Self.clauseEnds.contains) ?? false
                && !Self.clauseEnds.contains(scalars[index])
        }
    }

    /// Where names and replacements of the user's lists were put, as scalars of ``text``: whole words, though
    /// only some of their letters may have changed.
    fileprivate var marks: [(range: Range<Int>, original: String, rules: [String])] {
        let (raw, new) = (Array(rawText.unicodeScalars), Array(text.unicodeScalars))
        var shift = 0
        return changes.compactMap { change in
            let start = change.range.lowerBound + shift
            let count = change.replacement.unicodeScalars.count
            shift += count - change.range.count
            guard change.rules.contains(where: { [.names, .replacements].contains($0) }) else {
                return nil
            }
            let change = (old: change.range, new: start..<start + count, rules: change.rules)
            // Only where the change itself begins or ends within a word.
            let before =
                new[change.new].first?.isPartOfWord == true
                ? new[..<start].reversed().prefix(while: \.isPartOfWord).count : 0
            let after =
                new[change.new].last?.isPartOfWord == true
                ? new[(start + count)...].prefix(while: \.isPartOfWord).count : 0
            let old =
                max(
                    0, change.old.lowerBound - before)..<min(
                    raw.count, change.old.upperBound + after)
            return (
                start - before..<start + count + after,
                String(String.UnicodeScalarView(raw[old])), change.rules.map(\.rawValue)
            )
        }
    }
}

extension TranscriptRecord {
    /// What was recognised until now.
    init(_ transcription: Transcription, partial: String, edits: [EditedParagraph]?) {
        paragraphs = transcription.paragraphs.map(ParagraphRecord.init)
        self.partial = partial
        coverage = transcription.coverage.map {
            SpanRecord(start: $0.startSeconds, end: $0.endSeconds, kind: $0.kind.rawValue)
        }
        events = transcription.events.map {
            SpanRecord(start: $0.startSeconds, end: $0.endSeconds, kind: $0.name)
        }
        language = transcription.language
        self.edits = edits
    }
}

extension Unicode.Scalar {
    /// Whether it is in a word of a script that writes spaces between words.
    fileprivate var isPartOfWord: Bool {
        let isUnspaced =
            properties.isIdeographic || (0x3040...0x30FF).contains(value)
            || (0x0E00...0x0E7F).contains(value)
        return !isUnspaced
            && (properties.isAlphabetic || properties.numericType != nil || self == "'"
                || self == "’")
    }
}
