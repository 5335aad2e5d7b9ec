/// What became of some seconds of a recording.
public struct Coverage: Hashable, Sendable {
    /// What a reader finds for these seconds.
    public enum Kind: String, Hashable, Sendable {
        /// Text.
        case text
        /// The model heard them and found no words.
        case wordless
        /// There was nothing to hear.
        case silence
        /// The model failed on them: the text may lack something.
        case incomplete
        /// Nobody heard them.
        case missing
    }

    /// Seconds from the start of the recording.
    public var startSeconds: Double
    /// Seconds from the start of the recording.
    public var endSeconds: Double
    /// What became of them.
    public var kind: Kind

    /// Joins the parts.
    public init(startSeconds: Double, endSeconds: Double, kind: Kind) {
        self.startSeconds = startSeconds
        self.endSeconds = endSeconds
        self.kind = kind
    }
}

extension Transcription {
    /// What became of every second: spans from ``startSeconds`` to ``durationSeconds`` without gap or overlap.
    /// Where two chunks share some seconds, the first has the first half.
    public var coverage: [Coverage] {
        var spans: [Coverage] = []
        func add(until end: Double, _ kind: Coverage.Kind) {
            let start = spans.last?.endSeconds ?? startSeconds
            guard end > start else { return }
            if spans.last?.kind == kind {
                spans[spans.count - 1].endSeconds = end
            } else {
                spans.append(Coverage(startSeconds: start, endSeconds: end, kind: kind))
            }
        }
        for (index, chunk) in chunks.enumerated() {
            add(until: chunk.startSeconds, .missing)
            let next = index + 1 < chunks.count ? chunks[index + 1].startSeconds : chunk.endSeconds
            let end = next < chunk.endSeconds ? (next + chunk.endSeconds) / 2 : chunk.endSeconds
            add(until: end, chunk.coverageKind)
        }
        add(until: durationSeconds, .missing)
        return spans
    }
}

extension Chunk {
    fileprivate var coverageKind: Coverage.Kind {
        switch finishReason {
        case .stop: text.isEmpty ? .wordless : .text
        case .silence: .silence
        case .length, .loop, .silent: .incomplete
        }
    }
}
