/// Where sentences begin and end.
enum Sentences {
    static let ends: Set<Unicode.Scalar> = Set(".!?…。！？؟।".unicodeScalars)
    private static let closing: Set<Unicode.Scalar> = Set("\"')]”’」』）》".unicodeScalars)
    private static let opening: Set<Unicode.Scalar> = Set("\"'([“‘「『（《¿¡".unicodeScalars)

    /// Whether text ends a sentence, or has none.
    static func isEnded(_ text: some BidirectionalCollection<Unicode.Scalar>) -> Bool {
        text.last { !closing.contains($0) && !$0.isSpace }.map(ends.contains) ?? true
    }

    /// The mark that a text lacks at its end; `nil` where it has one, or trails off.
    static func missingEnd(
        of text: some BidirectionalCollection<Unicode.Scalar>, language: String
    ) -> String? {
        guard let last = text.last(where: { !closing.contains($0) }), !ends.contains(last),
            last.properties.isAlphabetic || last.properties.numericType != nil || last.isHan
                || "%‰°℃+#$€£".unicodeScalars.contains(last)
        else { return nil }
        return switch language {
        case "Chinese", "Cantonese", "Japanese": "。"
        case "Hindi": "।"
        case "Thai", "": nil
        default: "."
        }
    }

    /// Capitals at the start of sentences.
    static func capitals(
        _ text: [Unicode.Scalar], language: String, beginsSentence: Bool
    ) -> [TextEdit] {
        let addresses = text.addresses
        var (edits, isStart) = ([TextEdit](), beginsSentence)
        for word in text.latinWords {
            let start = word.lowerBound
            isStart = isSentenceStart(text, start) ?? isStart
            defer { isStart = false }
            guard isStart, !addresses.cover(start), let capital = capital(text, word, language)
            else { continue }
            edits.append(TextEdit(range: start..<start + 1, replacement: capital))
        }
        return edits
    }

    /// Whether a word is the first of a sentence; `nil` if nothing is before it.
    private static func isSentenceStart(_ text: [Unicode.Scalar], _ start: Int) -> Bool? {
        let before = text[..<start].lastIndex { !$0.isSpace && !opening.contains($0) }
        guard let before else { return nil }
        guard before < start - 1,
            let mark = text[...before].lastIndex(where: { !closing.contains($0) })
        else { return false }
        guard text[mark] == "." else { return "!?".unicodeScalars.contains(text[mark]) }
        return !isAbbreviation(text, dot: mark)
    }

    /// Whether a dot belongs to the word before it: `Dr.`, `e.g.`, `J.`, `3.`, `...`.
    private static func isAbbreviation(_ text: [Unicode.Scalar], dot: Int) -> Bool {
        if let last = text[at: dot - 1], closing.contains(last) { return false }
        let start = (text[..<dot].lastIndex { $0.isSpace || opening.contains($0) } ?? -1) + 1
        let word = text.string(start..<dot).lowercased()
        let isLong = word.unicodeScalars.count > 1 && word.unicodeScalars.allSatisfy(\.isLatin)
        return !isLong || abbreviations.contains(word)
    }

    private static let abbreviations: Set<String> = [
        "al", "approx", "apr", "aug", "ave", "bzw", "ca", "capt", "cf", "co", "col", "corp", "dec",
        "dept",
        "dr", "dra", "est", "etc", "feb", "fig", "gen", "gov", "hon", "inc", "jan", "jr", "jul",
        "jun", "lt",
        "ltd", "mar", "max", "min", "mr", "mrs", "ms", "mt", "nov", "nr", "no", "oct", "pp", "prof",
        "rep",
        "rev", "sen", "sep", "sept", "sgt", "sr", "sra", "st", "str", "tel", "usw", "vol", "vs",
    ]

    /// - Returns: the capital of a word that should have one; `nil` for `iPhone`, `pH`, `mRNA` and what
    ///   has one.
    private static func capital(
        _ text: [Unicode.Scalar], _ word: Range<Int>, _ language: String
    ) -> String? {
        let first = text[word.lowerBound]
        guard first.isLowercase, !text[word].contains(where: { $0.isUppercase || $0.isDigit })
        else { return nil }
        // Their capitals are not these: İ, and IJ.
        if first == "i" && (language == "Turkish" || language == "Dutch") { return nil }
        let capital = first.properties.titlecaseMapping
        return capital.unicodeScalars.count == 1 ? capital : nil
    }
}
