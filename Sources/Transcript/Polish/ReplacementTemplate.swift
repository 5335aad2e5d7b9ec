/// What stands instead of a match: text, and `$1` for what its first group matched.
///
/// After `$` as many digits count as name a group that is there: with two groups `$12` is group 1 and a `2`. `$0`
/// is the whole match. A backslash takes the next character as it is; a `$` before anything else is itself.
struct ReplacementTemplate {
    private enum Part {
        case text(String)
        case group(Int)
    }

    private var parts: [Part] = []

    enum Flaw: Error, CustomStringConvertible {
        case noGroup(Int, count: Int)
        case named
        case endsInBackslash

        var description: String {
            switch self {
            case .noGroup(let group, let count):
                "there is no group \(group), the pattern has \(count)"
            case .named: "groups are written by number"
            case .endsInBackslash: "nothing follows the last '\\'"
            }
        }
    }

    init(literal: String) { parts = [.text(literal)] }

    init(_ template: String, groupCount: Int) throws(Flaw) {
        var rest = Array(template)[...]
        var text = ""
        while let character = rest.popFirst() {
            guard character == "$" || character == "\\" else {
                text.append(character)
                continue
            }
            if character == "\\" {
                guard let next = rest.popFirst() else { throw .endsInBackslash }
                text.append(next)
                continue
            }
            guard let first = rest.first.flatMap(Self.digit) else {
                guard rest.first != "{" else { throw .named }
                text.append(character)
                continue
            }
            guard first <= groupCount else { throw .noGroup(first, count: groupCount) }
            rest.removeFirst()
            var group = first
            while let next = rest.first.flatMap(Self.digit), group * 10 + next <= groupCount,
                group > 0
            {
                group = group * 10 + next
                rest.removeFirst()
            }
            parts += [.text(text), .group(group)]
            text = ""
        }
        parts.append(.text(text))
    }

    private static func digit(_ character: Character) -> Int? {
        character.isASCII ? character.wholeNumberValue : nil
    }

    /// - Parameter group: what a group matched; empty where it took no part.
    func filled(_ group: (Int) -> String) -> String {
        parts.reduce(into: "") { text, part in
            switch part {
            case .text(let fixed): text += fixed
            case .group(let number): text += group(number)
            }
        }
    }
}
