/// What a reader should know of some seconds beside the words: a sound, or that words may be missing.
struct Notice: Hashable {
    enum Kind: String {
        case event, missing, incomplete
    }

    var startSeconds: Double
    var endSeconds: Double
    var kind: Kind
    /// `applause`, `missing`: one line.
    var name: String

    /// `[applause]`
    var label: String { "[\(name)]" }
    /// `[applause]`, `[missing until 00:12:34]`
    var sentence: String {
        kind == .event ? label : "[\(name) until \(clockTime(endSeconds))]"
    }
}

extension Transcription {
    /// Sounds and gaps in order of time.
    var notices: [Notice] {
        let sounds = events.map {
            Notice(
                startSeconds: $0.startSeconds, endSeconds: $0.endSeconds, kind: .event,
                name: lineText($0.name))
        }
        // What is shorter comes of rounding.
        let spans = coverage.filter { $0.endSeconds - $0.startSeconds >= 0.01 }
        let gaps = spans.compactMap { span in
            Notice.Kind(rawValue: span.kind.rawValue).map {
                Notice(
                    startSeconds: span.startSeconds, endSeconds: span.endSeconds, kind: $0,
                    name: $0.rawValue)
            }
        }
        return (sounds + gaps).enumerated()
            .sorted { left, right in
                (milliseconds(left.element.startSeconds), left.offset)
                    < (milliseconds(right.element.startSeconds), right.offset)
            }
            .map(\.element)
    }
}
