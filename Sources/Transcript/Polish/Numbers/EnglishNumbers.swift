/// English numbers in digits.
///
/// Words that are numbers and follow each other are read as one, or stay as they are.
struct EnglishNumbers {
    let text: [Unicode.Scalar]
    let words: [EnglishWord]
    var edits: [TextEdit] = []

    static func edits(_ text: [Unicode.Scalar]) -> [TextEdit] {
        var numbers = EnglishNumbers(text: text, words: EnglishWord.all(in: text))
        numbers.read()
        return numbers.edits
    }

    private mutating func read() {
        var index = 0
        while index < words.count {
            if let end = date(at: index) ?? dayOfMonth(at: index) {
                index = end
            } else if let run = run(at: index) {
                index = read(run) ?? run.upperBound
            } else {
                index += 1
            }
        }
    }

    // MARK: - What stands where

    func word(_ index: Int) -> String { words.indices.contains(index) ? words[index].text : "" }

    /// A word that follows the one before with a space between.
    func following(_ index: Int) -> String {
        words.indices.contains(index) && words[index].gap == .space ? words[index].text : ""
    }

    /// The word before, if a space is between.
    func before(_ index: Int) -> String {
        words.indices.contains(index) && words[index].gap == .space ? word(index - 1) : ""
    }

    func spoken(_ run: Range<Int>) -> ArraySlice<String> { ArraySlice(words[run].map(\.text)) }

    func isNumber(_ index: Int) -> Bool {
        words.indices.contains(index)
            && (EnglishNumeral.begins(words[index].text) || words[index].isDigits)
    }

    /// Where a phrase of one to three words ends.
    func phrase(_ phrases: Set<String>, at index: Int) -> Int? {
        var key = ""
        for end in index..<index + 3 {
            let isNext =
                end == index
                ? words.indices.contains(end) && words[end].gap.joins
                : following(end) != ""
            guard isNext else { break }
            key += (key.isEmpty ? "" : "_") + words[end].text
            let goesOn = key + "_" + following(end + 1)
            if phrases.contains(key), !phrases.contains(goesOn) { return end + 1 }
        }
        return nil
    }

    /// Number words that follow each other, with 'and', 'point' and 'oh' between them.
    func run(at start: Int) -> Range<Int>? {
        guard words.indices.contains(start) else { return nil }
        let first = words[start].text
        let leads = first == "oh" || EnglishNumeral.repeats[first] != nil
        guard EnglishNumeral.begins(first) || leads && isDigit(start + 1) else { return nil }
        var end = start + 1
        while end < words.count, words[end].gap.joins, belongs(end) {
            end += 1
            if EnglishNumeral.isOrdinal(words[end - 1].text) { break }
        }
        return start..<end
    }

    private func isDigit(_ index: Int) -> Bool {
        words.indices.contains(index) && words[index].gap.joins
            && EnglishNumeral.digits[words[index].text] != nil
    }

    private func belongs(_ index: Int) -> Bool {
        let (word, last) = (words[index].text, words[index - 1].text)
        switch word {
        case "and":
            return EnglishNumeral.isMagnitude(last) && index + 1 < words.count
                && words[index + 1].gap == .space
                && (EnglishNumeral.begins(words[index + 1].text)
                    || EnglishNumeral.isOrdinal(words[index + 1].text))
        case "point":
            return words[index].gap == .space && following(index + 1) != ""
                && (EnglishNumeral.digits[words[index + 1].text] != nil
                    || following(index + 1) == "oh"
                    || EnglishNumeral.belowHundred([words[index + 1].text]) != nil)
        case "oh": return isDigit(index + 1) || EnglishNumeral.digits[last] != nil
        default:
            if EnglishNumeral.repeats[word] != nil { return isDigit(index + 1) }
            if EnglishNumeral.isOrdinal(word) {
                return EnglishNumeral.tens[last] != nil || EnglishNumeral.isMagnitude(last)
                    || last == "and"
            }
            return EnglishNumeral.begins(word) || EnglishNumeral.isMagnitude(word)
        }
    }

    // MARK: - Reading

    /// Where reading goes on; `nil` if nothing was written.
    private mutating func read(_ run: Range<Int>) -> Int? {
        guard !isVague(run), !isName(run) else { return nil }
        if let end = clock(run) ?? year(run) { return end }
        let number = Number(spoken(run), isVersion: isVersion(run))
        guard let number else { return ordinal(run) ?? spelled(run) }
        return amount(run, number) ?? spelled(run)
    }

    /// Not exact, or part of something longer: some twenty, two or three, one in ten, ten past nine.
    func isVague(_ run: Range<Int>) -> Bool {
        let (start, end) = (run.lowerBound, run.upperBound)
        if words[start].gap == .mark { return true }
        if words[start].gap.joins {
            let last = word(start - 1)
            if words[start].gap == .hyphen || words[start - 1].isDigits { return true }
            if EnglishPhrases.neverAfter.contains(last) { return true }
            if last == "and", EnglishNumeral.isMagnitude(before(start - 1)) { return true }
            if last == "or" || last == "in", isNumber(start - 2) { return true }
            if last == "of", before(start - 1) == "out", isNumber(start - 3) { return true }
        }
        guard end < words.count, words[end].gap.joins else { return false }
        if words[end].isDigits || phrase(EnglishPhrases.neverBefore, at: end) != nil { return true }
        if following(end) == "or", isNumber(end + 1) { return true }
        if ["to", "after", "till", "of"].contains(following(end)), isHour(end + 1) { return true }
        return word(end - 1) == "one" && run.count > 1 && word(end - 2) == "and"
            && following(end) == "of"
    }

    /// What may be the hour of 'ten to five': a small number without anything that is counted.
    private func isHour(_ index: Int) -> Bool {
        guard let run = run(at: index), let hour = EnglishNumeral.cardinal(spoken(run)) else {
            return false
        }
        let isCounted =
            phrase(EnglishPhrases.measures, at: run.upperBound) != nil
            || phrase(EnglishPhrases.counted, at: run.upperBound) != nil
            || percentEnd(run.upperBound) != nil
        return hour <= 12 && !isCounted
    }

    /// Capitals within a sentence: Twenty One Pilots.
    func isName(_ run: Range<Int>) -> Bool {
        let first = words[run.lowerBound]
        return first.isCapital && !first.beginsSentence
            || words[run].dropFirst().contains(where: \.isCapital)
    }

    func isVersion(_ run: Range<Int>) -> Bool {
        EnglishPhrases.versioned.contains(before(run.lowerBound))
    }

    func scalars(_ run: Range<Int>) -> Range<Int> {
        words[run.lowerBound].range.lowerBound..<words[run.upperBound - 1].range.upperBound
    }

    @discardableResult
    mutating func write(_ run: Range<Int>, _ written: String) -> Int {
        edits.append(TextEdit(range: scalars(run), replacement: written))
        return run.upperBound
    }

    // MARK: - Ordinals and digits

    /// 21st. A twenty second clip lasts twenty seconds, so that one needs more.
    private mutating func ordinal(_ run: Range<Int>) -> Int? {
        guard let value = EnglishNumeral.longOrdinal(spoken(run)) else { return nil }
        let last = before(run.lowerBound)
        guard last != "a", last != "an", last != "one" else { return nil }
        let isTime = word(run.upperBound - 1) == "second"
        let isCertain = EnglishPhrases.afterSecond.contains(following(run.upperBound))
        let endsClause = last == "the" && following(run.upperBound).isEmpty
        return isTime && !isCertain && !endsClause ? nil : write(run, EnglishNumeral.ordinal(value))
    }

    /// Seven digits and more, or three with a zero or with a word that asks for them.
    private mutating func spelled(_ run: Range<Int>) -> Int? {
        let spoken = spoken(run)
        guard let digits = EnglishNumeral.spelled(spoken), digits.count >= 3, !isCounting(digits)
        else { return nil }
        let last = before(run.lowerBound)
        let mayBeTime =
            digits.count == 3 && spoken.contains("oh")
            && (EnglishPhrases.beforeTimes.contains(last)
                || ["was", "is", "it's", "it’s", "now"].contains(last))
        let hasZero =
            (spoken.contains("oh") || spoken.contains("zero")) && spoken.first != "oh"
            && !mayBeTime
        let isAsked = EnglishPhrases.spelledLabels.contains(last)
        guard digits.count >= 7 || hasZero || isAsked else { return nil }
        return write(run, digits)
    }
}
