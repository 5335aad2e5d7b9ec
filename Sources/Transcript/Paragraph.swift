/// Segments that are read together.
public struct Paragraph: Hashable, Sendable {
    /// Seconds from the start of the recording.
    public var startSeconds: Double
    /// Seconds from the start of the recording.
    public var endSeconds: Double
    /// The words, as a person would write them.
    public var text: String
    /// Who speaks, where somebody said or found out.
    public var speaker: String?
    /// Its segments, as they lie in the transcription.
    public var segments: [Segment]
}

/// Tells segment by segment where paragraphs begin: with another speaker, after 2 s without speech, and
/// where the last is long enough.
package struct ParagraphRule {
    /// What a segment is to the one before it.
    package enum Place: Hashable {
        /// It has no words and belongs to no paragraph.
        case nowhere
        case begins
        case continues(separator: String)
    }

    /// Pause that ends a paragraph.
    static let longPauseMilliseconds = 2000
    /// Columns of a fixed-width font, two for each Chinese character: from the first on a paragraph ends
    /// with the next sentence, and at the second with the segment.
    private static let (fullColumns, mostColumns) = (600, 1200)
    private var last: Segment?
    private var columns = 0

    package init() {}

    /// Takes the next segment.
    package mutating func place(_ segment: Segment) -> Place {
        let text = segment.text
        guard !lineText(text).strippingWhitespace().isEmpty else { return .nowhere }
        let more = Self.columns(text)
        defer { last = segment }
        if let last, !(segment.opensParagraph ?? isEnough(last, before: segment)) {
            columns += more
            return .continues(separator: Seam.separator(between: last.text, and: text))
        }
        columns = more
        return .begins
    }

    private func isEnough(_ last: Segment, before next: Segment) -> Bool {
        let pause = milliseconds(next.startSeconds) - milliseconds(last.endSeconds)
        let most = Sentences.isEnded(last.text.unicodeScalars) ? Self.fullColumns : Self.mostColumns
        return last.speaker != next.speaker || pause >= Self.longPauseMilliseconds
            || columns >= most
    }

    /// Adds the mark that the last segment lacked.
    package mutating func end(with mark: String) {
        last?.end(with: mark)
        columns += Self.columns(mark)
    }

    private static func columns(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + (Seam.isUnspaced($1) ? 2 : 1) }
    }
}

extension Transcription {
    /// The segments as paragraphs. A new one begins where a person said so, else with another speaker, after
    /// 2 s without speech, and where the last is long enough.
    public var paragraphs: [Paragraph] {
        var (paragraphs, rule) = ([Paragraph](), ParagraphRule())
        for segment in segments {
            switch rule.place(segment) {
            case .nowhere:
                continue
            case .begins:
                paragraphs.append(
                    Paragraph(
                        startSeconds: segment.startSeconds, endSeconds: segment.endSeconds,
                        text: segment.text, speaker: segment.speaker, segments: [segment]))
            case .continues(let separator):
                let index = paragraphs.count - 1
                paragraphs[index].text += separator + segment.text
                paragraphs[index].endSeconds = segment.endSeconds
                paragraphs[index].segments.append(segment)
            }
        }
        return paragraphs
    }
}
