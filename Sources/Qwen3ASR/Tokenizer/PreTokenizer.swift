/// Splits normalised text into the pieces that byte pairs are merged in.
///
/// The pieces are those of this pattern, alternatives tried in order at each position:
///
///     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|
///     \s*[\r\n]+|\s+(?!\S)|\s+
///
/// Every scalar ends up in exactly one piece.
struct PreTokenizer {
    private enum Kind {
        case letter, number, space, lineBreak, other
    }

    private let scalars: [Unicode.Scalar]
    private let kinds: [Kind]

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        kinds = scalars.map(Self.kind)
    }

    /// The pieces, in order.
    func pieces() -> [ArraySlice<Unicode.Scalar>] {
        var pieces: [ArraySlice<Unicode.Scalar>] = []
        var start = 0
        while start < scalars.count {
            let end = endOfPiece(at: start)
            pieces.append(scalars[start..<end])
            start = end
        }
        return pieces
    }

    private func endOfPiece(at start: Int) -> Int {
        contraction(at: start) ?? word(at: start) ?? number(at: start) ?? symbols(at: start)
            ?? space(at: start)
    }

    /// `(?i:'s|'t|'re|'ve|'m|'ll|'d)`; the long s counts as an s in any case.
    private func contraction(at start: Int) -> Int? {
        guard scalars[start] == "'", start + 1 < scalars.count else { return nil }
        func letter(_ index: Int) -> Character? {
            guard index < scalars.count else { return nil }
            let scalar = scalars[index]
            if scalar == "\u{17F}" { return "s" }
            return scalar.isASCII ? Character(Unicode.Scalar(UInt8(scalar.value) | 0x20)) : nil
        }
        switch (letter(start + 1), letter(start + 2)) {
        case ("s", _), ("t", _), ("m", _), ("d", _): return start + 2
        case ("r", "e"), ("v", "e"), ("l", "l"): return start + 3
        default: return nil
        }
    }

    /// `[^\r\n\p{L}\p{N}]?\p{L}+`
    private func word(at start: Int) -> Int? {
        var first = start
        if kinds[start] == .space || kinds[start] == .other { first += 1 }
        let end = endOfRun(from: first) { $0 == .letter }
        return end > first ? end : nil
    }

    /// `\p{N}`
    private func number(at start: Int) -> Int? {
        kinds[start] == .number ? start + 1 : nil
    }

    /// ` ?[^\s\p{L}\p{N}]+[\r\n]*`
    private func symbols(at start: Int) -> Int? {
        let first = scalars[start] == " " ? start + 1 : start
        let end = endOfRun(from: first) { $0 == .other }
        guard end > first else { return nil }
        return endOfRun(from: end) { $0 == .lineBreak }
    }

    /// `\s*[\r\n]+|\s+(?!\S)|\s+`
    private func space(at start: Int) -> Int {
        let end = endOfRun(from: start) { $0 == .space || $0 == .lineBreak }
        if let lastBreak = (start..<end).last(where: { kinds[$0] == .lineBreak }) {
            return lastBreak + 1
        }
        // A run before text leaves its last scalar to the word that follows.
        return end == scalars.count || end - start == 1 ? end : end - 1
    }

    private func endOfRun(from start: Int, where belongs: (Kind) -> Bool) -> Int {
        var end = start
        while end < kinds.count && belongs(kinds[end]) { end += 1 }
        return end
    }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        if scalar == "\r" || scalar == "\n" { return .lineBreak }
        if scalar.properties.isWhitespace { return .space }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            return .letter
        case .decimalNumber, .letterNumber, .otherNumber:
            return .number
        default:
            return .other
        }
    }
}
