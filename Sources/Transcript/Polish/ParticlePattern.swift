/// A surrounding in which only one particle can be meant.
///
/// Words are separated by spaces, in simplified characters; traditional text is compared by
/// ``simplified(_:)``. In them `^` is the start of a clause, `$` its end and `*` any Chinese character.
struct ParticlePattern: Sendable {
    /// What is wrong, and what is meant.
    let found, meant: Unicode.Scalar
    /// Of these one stands right before; none given, anything may.
    let after: [[Unicode.Scalar]]
    let notAfter: [[Unicode.Scalar]]
    /// Of these one stands right behind; none given, anything may.
    let before: [[Unicode.Scalar]]
    let notBefore: [[Unicode.Scalar]]
    /// Nowhere in the rest of the clause is any of these.
    let unless: [[Unicode.Scalar]]

    init(
        _ found: Unicode.Scalar, _ meant: Unicode.Scalar, after: String = "", notAfter: String = "",
        before: String = "", notBefore: String = "", unless: String = ""
    ) {
        (self.found, self.meant) = (found, meant)
        self.after = Self.words(after)
        self.notAfter = Self.words(notAfter)
        self.before = Self.words(before)
        self.notBefore = Self.words(notBefore)
        self.unless = Self.words(unless)
    }

    private static func words(_ text: String) -> [[Unicode.Scalar]] {
        text.split(separator: " ").map { Array($0.unicodeScalars) }
    }

    /// - Parameter text: in simplified characters.
    func matches(_ text: [Unicode.Scalar], at index: Int) -> Bool {
        func isBehind(_ word: [Unicode.Scalar]) -> Bool {
            word.indices.allSatisfy { Self.fits(word[$0], text, index + 1 + $0) }
        }
        func isAhead(_ word: [Unicode.Scalar]) -> Bool {
            word.indices.allSatisfy { Self.fits(word[$0], text, index - word.count + $0) }
        }
        guard after.isEmpty || after.contains(where: isAhead), !notAfter.contains(where: isAhead),
            before.isEmpty || before.contains(where: isBehind), !notBefore.contains(where: isBehind)
        else { return false }
        guard !unless.isEmpty else { return true }
        let rest = text[(index + 1)...].prefix { $0.isHan }
        return !unless.contains { word in
            rest.indices.contains { rest[$0...].starts(with: word) }
        }
    }

    private static func fits(
        _ wanted: Unicode.Scalar, _ text: [Unicode.Scalar], _ index: Int
    ) -> Bool {
        guard text.indices.contains(index) else { return wanted == "^" || wanted == "$" }
        switch wanted {
        case "^", "$": return !text[index].isHan && !text[index].properties.isAlphabetic
        case "*": return text[index].isHan
        default: return text[index] == wanted
        }
    }

    /// The simplified form of a character that occurs in a pattern; others as they are.
    static func simplified(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        forms[scalar] ?? scalar
    }

    /// Traditional forms of the patterns' characters, each behind the simplified one.
    private static let forms: [Unicode.Scalar: Unicode.Scalar] = {
        let pairs = Array(ParticleForms.pairs.unicodeScalars)
        let places = stride(from: 0, to: pairs.count - 1, by: 2)
        return Dictionary(places.map { (pairs[$0 + 1], pairs[$0]) }) { first, _ in first }
    }()
}
