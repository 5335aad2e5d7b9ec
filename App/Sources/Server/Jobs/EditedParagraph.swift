import Transcript

/// A paragraph as the page shows it, after a person wrote in it or named who speaks.
struct EditedParagraph: Codable, Hashable, Sendable {
    var start, end: Double
    var text: String
    var speaker: String?
    /// Whether the text is the person's; else it is the model's.
    var edited: Bool

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(start, forKey: .start)
        try container.encode(end, forKey: .end)
        try container.encode(text, forKey: .text)
        try container.encode(NullableText(speaker), forKey: .speaker)
        try container.encode(edited, forKey: .edited)
    }
}

extension Transcription {
    /// The transcription with what a person wrote in place of what the model wrote.
    ///
    /// Segments whose words were left alone stay as they are; other words get the times of those that they stand
    /// for. Paragraphs that were edited one after the other are aligned together: a word may have gone from one
    /// to the next.
    func edited(_ paragraphs: [EditedParagraph]) -> Transcription {
        var result = self
        var (rest, left) = (segments[...], paragraphs[...])
        result.segments = []
        while let first = left.first {
            let group = first.edited ? left.prefix(while: \.edited) : left.prefix(1)
            left = left.dropFirst(group.count)
            // A segment belongs to the paragraph that begins before its middle.
            let next = left.first?.start ?? .infinity
            let own = rest.prefix { ($0.startSeconds + $0.endSeconds) / 2 < next }
            rest = rest.dropFirst(own.count)
            guard first.edited else {
                result.segments += Self.paragraph(Array(own), speaker: first.speaker)
                continue
            }
            let alignment = EditAlignment(
                heard: Array(own), written: group.map { Array($0.text.unicodeScalars) })
            for (index, paragraph) in group.enumerated() {
                result.segments += Self.paragraph(
                    segments(alignment, index, paragraph, after: result.segments.last),
                    speaker: paragraph.speaker)
            }
        }
        result.segments += rest
        return result
    }

    private static func paragraph(_ segments: [Segment], speaker: String?) -> [Segment] {
        segments.enumerated().map { index, segment in
            var segment = segment
            segment.speaker = speaker
            segment.opensParagraph = index == 0
            return segment
        }
    }

    /// The pieces of an edited paragraph; a single one where several would not be written as the person did.
    private func segments(
        _ alignment: EditAlignment, _ index: Int, _ paragraph: EditedParagraph,
        after last: Segment?
    ) -> [Segment] {
        let pieces = alignment.segments(of: index, paragraph, after: last)
        guard pieces.count > 1, let first = pieces.first else { return pieces }
        var probe = self
        probe.segments = Self.paragraph(pieces, speaker: nil)
        let text = paragraph.text.trimmingWhitespace()
        guard probe.paragraphs.map(\.text) != [text] else { return pieces }
        return [
            Segment(
                startSeconds: first.startSeconds,
                endSeconds: pieces.map(\.endSeconds).max() ?? first.endSeconds, text: text,
                language: first.language, meanLogProbability: 0, speech: pieces.flatMap(\.speech))
        ]
    }
}
