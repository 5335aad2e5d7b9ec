/// A word of Latin letters or digits, and what is between it and the one before.
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

        /// Whether two words can belong to one number.
        var joins: Bool { self == .space || self == .hyphen }
    }

    var isDigits: Bool { text.unicodeScalars.first?.properties.numericType == .decimal }

    /// The words of a text, in order.
    static func all(in text: [Unicode.Scalar]) -> [EnglishWord] {
        var (words, index, last) = ([EnglishWord](), 0, 0)
        while index < text.count {
            guard isLetter(text[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < text.count, isLetter(text[index]) || isApostrophe(index, in: text) {
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

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9": true
        default: false
        }
    }

    /// Inside a word: o'clock.
    private static func isApostrophe(_ place: Int, in text: [Unicode.Scalar]) -> Bool {
        (text[place] == "'" || text[place] == "’") && place + 1 < text.count
            && isLetter(text[place + 1])
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
        default: between.isEmpty || between.contains { $0 != " " } ? .other : .space
        }
    }

    private static func beginsSentence(_ before: ArraySlice<Unicode.Scalar>, isFirst: Bool) -> Bool
    {
        guard let mark = before.last(where: { $0 != " " }) else { return isFirst }
        return mark != "," && mark != "-" && mark != "%" && mark != "$"
    }
}
