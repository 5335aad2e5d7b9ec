extension Transcription {
    /// Every change to what the model wrote, in words: `[00:01:02] numbers, spacing: '百分之十五' → '15 %'`.
    public var explainedChanges: [String] {
        segments.flatMap { segment in
            let raw = Array(segment.rawText.unicodeScalars)
            return segment.changes.map { change in
                let rules = change.rules.map(\.rawValue).joined(separator: ", ")
                return "[\(clockTime(segment.startSeconds))] \(rules): "
                    + "'\(raw.string(change.range))' → '\(change.replacement)'"
            }
        }
    }
}
