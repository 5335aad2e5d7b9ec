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
    /// Segments whose words were left alone keep their times and what is known about them; those between
    /// become one, with the person's words as they are.
    func edited(_ paragraphs: [EditedParagraph]) -> Transcription {
        var result = self
        var rest = segments[...]
        result.segments = []
        for (index, paragraph) in paragraphs.enumerated() {
            // A segment belongs to the paragraph that begins before its middle.
            let next = index + 1 < paragraphs.count ? paragraphs[index + 1].start : .infinity
            let own = rest.prefix { ($0.startSeconds + $0.endSeconds) / 2 < next }
            rest = rest.dropFirst(own.count)
            result.segments += Self.segments(Array(own), as: paragraph)
        }
        result.segments += rest
        return result
    }

    private static func segments(_ own: [Segment], as paragraph: EditedParagraph) -> [Segment] {
        var segments = own
        if paragraph.edited {
            let words = Array(paragraph.text.unicodeScalars)
            let head = kept(own, at: words[...])
            let tail = kept(
                own.dropFirst(head.count).reversed(), at: words[head.end...], backwards: true)
            let middle = own[head.count..<own.count - tail.count]
            let text = String(String.UnicodeScalarView(words[head.end..<tail.end]))
                .trimmingWhitespace()
            segments = Array(own.prefix(head.count))
            if !text.isEmpty {
                let start = middle.first?.startSeconds ?? segments.last?.endSeconds
                let end = middle.last?.endSeconds ?? own.suffix(tail.count).first?.startSeconds
                segments.append(
                    Segment(
                        startSeconds: start ?? paragraph.start,
                        endSeconds: max(end ?? paragraph.end, start ?? paragraph.start),
                        text: text, language: (middle.first ?? own.first)?.language ?? "",
                        meanLogProbability: 0, speech: middle.flatMap(\.speech)))
            }
            segments += own.suffix(tail.count)
        }
        for index in segments.indices {
            segments[index].speaker = paragraph.speaker
            segments[index].opensParagraph = index == 0
        }
        return segments
    }

    /// How many segments stand in a text as they are, one after the other, and where they end.
    private static func kept(
        _ segments: some Sequence<Segment>, at words: ArraySlice<Unicode.Scalar>,
        backwards: Bool = false
    ) -> (count: Int, end: Int) {
        var (count, left) = (0, words)
        for segment in segments {
            let own = Array(segment.text.unicodeScalars)
            let trimmed =
                backwards
                ? left.dropLastWhile(\.properties.isWhitespace)
                : left.drop(while: \.properties.isWhitespace)
            let found =
                backwards
                ? trimmed.count >= own.count && trimmed.suffix(own.count).elementsEqual(own)
                : trimmed.starts(with: own)
            guard !own.isEmpty, found else { break }
            left = backwards ? trimmed.dropLast(own.count) : trimmed.dropFirst(own.count)
            // A word may go on where the segment ended.
            count += 1
        }
        return (count, backwards ? left.endIndex : left.startIndex)
    }
}

extension ArraySlice {
    fileprivate func dropLastWhile(_ matches: (Element) -> Bool) -> ArraySlice {
        var slice = self
        while let last = slice.last, matches(last) { slice = slice.dropLast() }
        return slice
    }
}
