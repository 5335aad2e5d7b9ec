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

    /// Where ranges of the raw text's scalars, which lie in order, are in the changed text. What was changed as
    /// a whole counts as a whole.
    func textRanges(of ranges: [Range<Int>]) -> [Range<Int>] {
        // The changes that end before the range, and by how much they move it.
        var (passed, shift) = (0, 0)
        return ranges.map { raw in
            while passed < count, self[passed].range.upperBound <= raw.lowerBound {
                shift += self[passed].growth
                passed += 1
            }
            var (start, inner, index) = (raw.lowerBound + shift, shift, passed)
            if passed < count { start = Swift.min(start, self[passed].range.lowerBound + shift) }
            var end = raw.upperBound + shift
            while index < count, self[index].range.lowerBound < raw.upperBound {
                inner += self[index].growth
                end = Swift.max(raw.upperBound, self[index].range.upperBound) + inner
                index += 1
            }
            return start..<Swift.max(start, end)
        }
    }
}

extension TextChange {
    /// Scalars that the text has more.
    fileprivate var growth: Int { replacement.unicodeScalars.count - range.count }
}
