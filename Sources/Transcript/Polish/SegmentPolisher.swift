/// Polishes the segments of a transcription one after the other, as they become certain.
public struct SegmentPolisher: Sendable {
    private let polish: TextPolish
    private let endsSentences: Bool
    /// As it was returned, so without the mark that may be missing at its end.
    private var last: Segment?
    /// What could not be done, each once.
    public private(set) var problems: [PolishError] = []

    /// - Parameter options: what is to be done.
    public init(_ options: PolishOptions) {
        polish = TextPolish(options)
        endsSentences = options.rules.contains(.sentences)
    }

    /// Polishes the next segment.
    ///
    /// - Returns: the mark that the segment before lacked, because it is known only now that a pause or
    ///   another speaker follows it; and the segment.
    public mutating func append(_ segment: Segment) -> (missingMark: String?, segment: Segment) {
        let mark = last.flatMap { last in
            let isApart =
                milliseconds(segment.startSeconds) - milliseconds(last.endSeconds)
                >= ParagraphRule.longPauseMilliseconds
                || segment.speaker != last.speaker
            return isApart ? missingMark : nil
        }
        var polished = segment
        let found = polish.polish(
            segment.rawText, language: segment.language,
            beginsSentence: mark != nil || Sentences.isEnded((last?.text ?? "").unicodeScalars))
        polished.changes = found.changes
        problems += found.problems.filter { !problems.contains($0) }
        last = polished
        return (mark, polished)
    }

    /// The mark that the last segment lacks, if nothing comes after it.
    public var missingMark: String? {
        guard endsSentences, let last else { return nil }
        return Sentences.missingEnd(of: last.text.unicodeScalars, language: last.language)
    }
}

extension Segment {
    /// Adds a mark at the end of the sentence.
    public mutating func end(with mark: String) {
        let end = rawText.unicodeScalars.count
        if let last = changes.last, last.range.upperBound == end {
            let rules = Set(last.rules + [.sentences])
            changes[changes.count - 1].replacement += mark
            changes[changes.count - 1].rules = PolishRule.allCases.filter(rules.contains)
        } else {
            changes.append(TextChange(range: end..<end, replacement: mark, rules: [.sentences]))
        }
    }
}

extension Transcription {
    /// The transcription with its raw text polished anew, and what could not be done about it.
    public func polished(
        _ options: PolishOptions
    ) -> (transcription: Transcription, problems: [PolishError]) {
        var (polisher, result) = (SegmentPolisher(options), self)
        for (index, segment) in segments.enumerated() {
            let (mark, polished) = polisher.append(segment)
            if let mark { result.segments[index - 1].end(with: mark) }
            result.segments[index] = polished
        }
        if let mark = polisher.missingMark {
            result.segments[result.segments.count - 1].end(with: mark)
        }
        return (result, polisher.problems)
    }
}
