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
}

extension Transcription {
    /// Pause that ends a paragraph, in seconds.
    private static let longPause = 2.0
    /// Columns of a fixed-width font, two for each Chinese character: from the first on a paragraph ends
    /// with the next sentence, and at the second with the segment.
    private static let (fullColumns, mostColumns) = (600, 1200)

    /// The segments as paragraphs. A new one begins with another speaker, after 2 s without speech, and
    /// where the last is long enough.
    public var paragraphs: [Paragraph] {
        var paragraphs: [Paragraph] = []
        var columns = 0
        for segment in segments {
            let more = Self.columns(segment.text)
            if let last = paragraphs.last, last.speaker == segment.speaker,
                segment.startSeconds - last.endSeconds < Self.longPause,
                columns < (Self.endsSentence(last.text) ? Self.fullColumns : Self.mostColumns)
            {
                let separator = Seam.separator(between: last.text, and: segment.text)
                paragraphs[paragraphs.count - 1].text += separator + segment.text
                paragraphs[paragraphs.count - 1].endSeconds = segment.endSeconds
                columns += more
            } else {
                paragraphs.append(
                    Paragraph(
                        startSeconds: segment.startSeconds, endSeconds: segment.endSeconds,
                        text: segment.text, speaker: segment.speaker))
                columns = more
            }
        }
        return paragraphs
    }

    private static func columns(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + (Seam.isUnspaced($1) ? 2 : 1) }
    }

    private static func endsSentence(_ text: String) -> Bool {
        let closing: Set<Unicode.Scalar> = ["\"", "'", ")", "”", "’", "」", "』", "）"]
        let last = text.unicodeScalars.last { !closing.contains($0) }
        return last.map { ".!?…。！？؟।".unicodeScalars.contains($0) } ?? false
    }
}
