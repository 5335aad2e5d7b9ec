/// A word of Latin letters, or a row of digits, and what is between it and the one before.
struct EnglishWord: Hashable {
    /// In lower case.
    let text: String
    let range: Range<Int>
    let gap: Gap
    let isCapital: Bool
    /// Whether a capital is only the start of a sentence here.
    let beginsSentence: Bool

    enum Gap: Hashable {
        case space, hyphen, comma, stop, other
        /// Before a sign of money, and between another mark and a hyphen: what was read once is there.
        case money, mark

        /// Whether two words can belong to one number.
        var joins: Bool { self == .space || self == .hyphen }
    }

    var isDigits: Bool { text.unicodeScalars.first?.properties.numericType == .decimal }

    /// The words of a text, in order.
    static func all(in text: [Unicode.Scalar]) -> [EnglishWord] {
        var (words, index, last) = ([EnglishWord](), 0, 0)
        while index < text.count {
            guard let kind = kind(text[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < text.count,
                self.kind(text[index]) == kind || isApostrophe(index, in: text)
            {
                index += 1
            }
            let between = text[last..<start]
            words.append(
                EnglishWord(
                    text: lowercased(text[start..<index]), range: start..<index,
                    gap: words.isEmpty ? .other : gap(between),
                    isCapital: ("A"..."Z").contains(text[start]),
                    beginsSentence: beginsSentence(text[last..<start], isFirst: words.isEmpty)))
            last = index
        }
        return words
    }

    private enum Kind { case letter, digit }

    private static func kind(_ scalar: Unicode.Scalar) -> Kind? {
        switch scalar {
        case "a"..."z", "A"..."Z": .letter
        case "0"..."9": .digit
        default: nil
        }
    }

    /// Inside a word: o'clock.
    private static func isApostrophe(_ place: Int, in text: [Unicode.Scalar]) -> Bool {
        (text[place] == "'" || text[place] == "’") && place + 1 < text.count
            && kind(text[place + 1]) == .letter
    }

    private static func lowercased(_ text: ArraySlice<Unicode.Scalar>) -> String {
        String(String.UnicodeScalarView(text)).lowercased()
    }

    private static func gap(_ between: ArraySlice<Unicode.Scalar>) -> Gap {
        switch between.count {
        case 1 where between.first == " ": .space
        case 1 where between.first == "-": .hyphen
        case 1 where between.first == ".": .stop
        case 2 where between.elementsEqual([",", " "]): .comma
        case 2... where between.last == "-": .mark
        case 1... where between.last.map { "$€£".unicodeScalars.contains($0) } ?? false: .money
        default: between.isEmpty || between.contains { $0 != " " } ? .other : .space
        }
    }

    private static func beginsSentence(_ before: ArraySlice<Unicode.Scalar>, isFirst: Bool) -> Bool
    {
        guard let mark = before.last(where: { $0 != " " }) else { return isFirst }
        return mark != "," && mark != "-" && mark != "%" && mark != "$"
    }
}
