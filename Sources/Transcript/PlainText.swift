/// The txt format as it grows, segment by segment: paragraphs with an empty line between them, and each
/// speaker's name before his.
///
/// It is words alone: times, sounds, gaps and doubts are not in it.
package struct PlainText {
    private var rule = ParagraphRule()
    private var isEmpty = true

    package init() {}

    /// Takes the next segment.
    ///
    /// - Returns: what it adds to the text.
    package mutating func append(_ segment: Segment) -> String {
        switch rule.place(segment) {
        case .nowhere:
            return ""
        case .begins:
            let separator = isEmpty ? "" : "\n\n"
            isEmpty = false
            return separator + speakerPrefix(segment.speaker) + lineText(segment.text)
        case .continues(let separator):
            return separator + lineText(segment.text)
        }
    }

    /// Adds the mark that the last segment lacked.
    ///
    /// - Returns: what it adds to the text.
    package mutating func end(with mark: String) -> String {
        rule.end(with: mark)
        return mark
    }
}

/// `Name: `, or nothing where nobody knows who speaks.
func speakerPrefix(_ speaker: String?) -> String {
    speaker.map { lineText($0) + ": " } ?? ""
}

func renderPlainText(_ transcription: Transcription) -> String {
    var text = PlainText()
    return transcription.segments.reduce(into: "") { $0 += text.append($1) } + "\n"
}
