/// A part of a text that lines and cues never cut: a word with its marks, a number with its unit, a Chinese
/// character.
struct CaptionWord: Hashable {
    /// How good it is to break after it.
    enum Break: Int {
        case sentence, clause, conjunction, plain
    }

    /// In the text, without the space before it.
    var characters: Range<Int>
    var hasSpaceBefore: Bool
    var breakAfter = Break.plain
}

/// Where lines and cues may break.
///
/// At spaces, and beside Chinese and Japanese characters; but not within a number ("3.14", "15 %", "2026 年",
/// 二〇二六), not before closing marks and not after opening ones. What is wider than a line breaks at
/// any space and between any characters of scripts without spaces; a word of letters never does.
struct LineBreaks {
    /// Words that begin a part of a sentence.
    private static let conjunctions: Set<String> = [
        "and", "but", "or", "nor", "so", "because", "that", "which", "who", "where", "when",
        "while",
        "if", "although", "though", "until", "unless", "since", "before", "after", "than",
    ]
    /// The same in Chinese and Cantonese, two characters each: they are not cut.
    private static let pairs: Set<UInt64> = Set(
        [
            "但是", "不过", "不過", "因为", "因為", "所以", "而且", "如果", "然后", "然後", "虽然", "雖然",
            "可是", "或者", "并且", "並且", "于是", "於是", "但係", "同埋", "跟住", "定係", "如何",
        ].map { (word: String) in
            word.unicodeScalars.reduce(0) { $0 << 32 | UInt64($1.value) }
        })
    /// Points that end no sentence.
    private static let abbreviations: Set<String> = [
        "Mr.", "Mrs.", "Ms.", "Dr.", "St.", "No.", "vs.", "e.g.", "i.e.", "etc.",
    ]

    /// What stays with a number in characters.
    private static let units = Set("元块塊圆圓年月日号號岁歲倍吨噸米克升人".unicodeScalars)

    private let characters: [Character]
    private let kinds: [CharacterKind]
    /// The first of each character.
    private let scalars: [Unicode.Scalar]

    /// - Parameter widest: columns of a line.
    static func words(of text: CaptionText, widest: Int) -> [CaptionWord] {
        let breaks = LineBreaks(text.characters)
        var words: [CaptionWord] = []
        var start = 0
        let prefixEnd = text.prefixCount > 0 ? text.prefixCount + 1 : 0
        for index in breaks.characters.indices.dropFirst() where index != prefixEnd {
            let isAfterSpace = breaks.characters[index - 1] == " "
            let isBreak =
                isAfterSpace ? breaks.breaksAtSpace(before: index) : breaks.breaks(before: index)
            guard isBreak, breaks.characters[index] != " " else { continue }
            words += breaks.fitting(start..<(isAfterSpace ? index - 1 : index), widest)
            start = index
        }
        words += breaks.fitting(start..<breaks.characters.count, widest)
        for index in words.indices {
            words[index].breakAfter = breaks.breakAfter(
                words[index], next: index + 1 < words.count ? words[index + 1] : nil)
        }
        return words
    }

    private init(_ characters: [Character]) {
        self.characters = characters
        kinds = characters.map(CharacterKind.init)
        scalars = characters.map { $0.unicodeScalars.first ?? " " }
    }

    private func breaksAtSpace(before index: Int) -> Bool {
        let (left, right) = (kinds[index - 2], kinds[index])
        if [.closing, .wideClosing].contains(right) { return false }
        if [.opening, .wideOpening].contains(left) { return false }
        if left == .digit { return ![.unit, .ideograph, .hanDigit].contains(right) }
        return !(right == .digit && (left == .unit || scalars[index - 2] == "第"))
    }

    private func breaks(before index: Int) -> Bool {
        let (left, right) = (kinds[index - 1], kinds[index])
        guard left != .space, right != .space, left.isWide || right.isWide else { return false }
        switch (left, right) {
        case (.opening, _), (.wideOpening, _), (_, .closing), (_, .wideClosing), (.quote, _),
            (_, .quote), (_, .unit), (.hanDigit, .hanDigit), (.digit, .digit), (.digit, .ideograph),
            (.digit, .hanDigit), (.letter, .letter):
            return false
        case (.hanDigit, .ideograph) where Self.units.contains(scalars[index]):
            // 350 万元, 三月
            return false
        case (.wideClosing, .digit) where index > 1 && kinds[index - 2] == .digit:
            // ３．１４
            return !"．，：".unicodeScalars.contains(scalars[index - 1])
        default:
            return !(scalars[index - 1] == "第" && (right == .digit || right == .hanDigit))
                && !isConjunction(at: index - 1)
        }
    }

    /// Whether one of two Chinese characters begins there.
    private func isConjunction(at index: Int) -> Bool {
        guard kinds[index] == .ideograph, index + 1 < scalars.count else { return false }
        return Self.pairs.contains(
            UInt64(scalars[index].value) << 32 | UInt64(scalars[index + 1].value))
    }

    /// A word, cut where it must be because no line holds it.
    private func fitting(_ range: Range<Int>, _ widest: Int) -> [CaptionWord] {
        var words: [CaptionWord] = []
        var (start, columns) = (range.lowerBound, 0)
        /// The last place in it where it may be cut.
        var cut: Int?
        func add(_ range: Range<Int>) {
            let hasSpaceBefore = range.lowerBound > 0 && characters[range.lowerBound - 1] == " "
            let end = characters[range.upperBound - 1] == " "
            words.append(
                CaptionWord(
                    characters: range.lowerBound..<range.upperBound - (end ? 1 : 0),
                    hasSpaceBefore: hasSpaceBefore))
        }
        for index in range {
            if index > start && mayBeCut(before: index) { cut = index }
            columns += characters[index].columnCount
            guard columns > widest, let place = cut else { continue }
            add(start..<place)
            (start, cut) = (place, nil)
            columns = characters[place...index].reduce(0) { $0 + $1.columnCount }
        }
        if start < range.upperBound { add(start..<range.upperBound) }
        return words
    }

    private func mayBeCut(before index: Int) -> Bool {
        let (left, right) = (kinds[index - 1], kinds[index])
        if right == .space || right == .closing || right == .wideClosing { return false }
        if left == .opening || left == .wideOpening { return false }
        // A number stays whole where it is written in digits.
        if left == .space { return !(right == .unit || kinds[index - 2] == .digit) }
        return left.mayBeCut && right.mayBeCut
    }

    private func breakAfter(_ word: CaptionWord, next: CaptionWord?) -> CaptionWord.Break {
        if let end = scalars[word.characters].last(where: { !Self.quotes.contains($0) }) {
            let isAbbreviation =
                end == "." && word.characters.count <= 4
                && Self.abbreviations.contains(String(characters[word.characters]))
            if Sentences.ends.contains(end) && !isAbbreviation { return .sentence }
            if Self.clauseEnds.contains(end) { return .clause }
        }
        guard let next else { return .plain }
        let isConjunction =
            isConjunction(at: next.characters.lowerBound)
            || next.characters.count <= 8
                && Self.conjunctions.contains(String(characters[next.characters]).lowercased())
        return isConjunction ? .conjunction : .plain
    }

    private static let clauseEnds = Set(",;:，、；：،؛—–".unicodeScalars)
    private static let quotes = Set("\"')”’」』）》】".unicodeScalars)
}
