/// A place where polished text differs from what the model wrote.
public struct TextChange: Hashable, Sendable {
    /// Unicode scalars of the raw text; empty where something was added.
    public var range: Range<Int>
    /// What stands there instead.
    public var replacement: String
    /// Why, in the order in which the rules were applied.
    public var rules: [PolishRule]

    /// Joins the parts.
    public init(range: Range<Int>, replacement: String, rules: [PolishRule]) {
        self.range = range
        self.replacement = replacement
        self.rules = rules
    }
}

extension [TextChange] {
    /// Makes the changes.
    ///
    /// - Parameter raw: the text they are made to; they lie in it, in order.
    package func applied(to raw: String) -> String {
        let scalars = [Unicode.Scalar](raw.unicodeScalars)
        var (text, place) = (String.UnicodeScalarView(), 0)
        for change in self {
            text.append(contentsOf: scalars[place..<change.range.lowerBound])
            text.append(contentsOf: change.replacement.unicodeScalars)
            place = change.range.upperBound
        }
        text.append(contentsOf: scalars[place...])
        return String(text)
    }

    /// Where a range of the raw text's scalars is in the changed text. What was changed as a whole counts
    /// as a whole.
    func textRange(of raw: Range<Int>) -> Range<Int> {
        var (shift, lower, upper) = (0, nil as Int?, nil as Int?)
        for change in self {
            let count = change.replacement.unicodeScalars.count
            let start = change.range.lowerBound + shift
            if lower == nil, raw.lowerBound < change.range.upperBound {
                lower = Swift.min(raw.lowerBound + shift, start)
            }
            if upper == nil, raw.upperBound <= change.range.upperBound {
                let isInside = raw.upperBound > change.range.lowerBound
                upper = isInside ? start + count : raw.upperBound + shift
            }
            shift += count - change.range.count
        }
        let start = lower ?? raw.lowerBound + shift
        return start..<Swift.max(start, upper ?? raw.upperBound + shift)
    }
}
