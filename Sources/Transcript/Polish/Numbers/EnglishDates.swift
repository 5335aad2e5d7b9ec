/// Days, years and hours.
extension EnglishNumbers {
    // MARK: - Days

    /// 'march fifth twenty twenty six', 'june twenty twenty six', 'june twenty six'.
    mutating func date(at month: Int) -> Int? {
        guard EnglishPhrases.months.contains(words[month].text) else { return nil }
        let start = month + 1
        guard following(start) != "" else { return nil }
        if let day = ordinalDay(at: start) {
            let year = year(at: day.end)
            // A day is on, not in: 'in april first time buyers came'.
            if year == nil && before(month) == "in" { return nil }
            guard year != nil || isMonth(month, day.value),
                year != nil || phrase(EnglishPhrases.neverBefore, at: day.end) == nil
            else { return nil }
            return writeDay(start, day, year)
        }
        guard let run = run(at: start) else { return nil }
        if let year = EnglishNumeral.year(spoken(run)), !isVagueYear(run) {
            return write(run, String(year))
        }
        for end in [run.lowerBound + 2, run.lowerBound + 1] where end < run.upperBound {
            guard let day = EnglishNumeral.belowHundred(spoken(start..<end)),
                (1...31).contains(day),
                let year = EnglishNumeral.year(spoken(end..<run.upperBound))
            else { continue }
            return writeDay(start, (day, end), (year, run.upperBound))
        }
        return cardinalDay(month, run)
    }

    /// June twenty six; a small number may be something else.
    private mutating func cardinalDay(_ month: Int, _ run: Range<Int>) -> Int? {
        guard !EnglishPhrases.verbMonths.contains(words[month].text), before(month) != "in",
            let day = EnglishNumeral.belowHundred(spoken(run)), (10...31).contains(day),
            phrase(EnglishPhrases.counted, at: run.upperBound) == nil,
            phrase(EnglishPhrases.measures, at: run.upperBound) == nil,
            phrase(EnglishPhrases.neverBefore, at: run.upperBound) == nil,
            percentEnd(run.upperBound) == nil, following(run.upperBound) != "or",
            following(run.upperBound) != "of"
        else { return nil }
        return write(run, String(day))
    }

    private mutating func writeDay(
        _ start: Int, _ day: (value: Int, end: Int), _ year: (value: Int, end: Int)?
    ) -> Int {
        guard let year else { return write(start..<day.end, String(day.value)) }
        return write(start..<year.end, "\(day.value), \(year.value)")
    }

    /// 'may first' may be what one may do first; 'may fifth' is a day.
    private func isMonth(_ month: Int, _ day: Int) -> Bool {
        let isName = words[month].isCapital && !words[month].beginsSentence
        return !EnglishPhrases.verbMonths.contains(words[month].text) || day > 3 || isName
            || EnglishPhrases.beforeDates.contains(before(month))
    }

    private func ordinalDay(at start: Int) -> (value: Int, end: Int)? {
        for end in [start + 2, start + 1] where end <= words.count {
            let isJoined = words[start..<end].dropFirst().allSatisfy(\.gap.joins)
            if isJoined, let value = EnglishNumeral.smallOrdinal(spoken(start..<end)), value <= 31 {
                return (value, end)
            }
        }
        return nil
    }

    private func year(at start: Int) -> (value: Int, end: Int)? {
        guard words.indices.contains(start), [.space, .comma].contains(words[start].gap),
            let run = run(at: start), let year = EnglishNumeral.year(spoken(run)), !isVagueYear(run)
        else { return nil }
        return (year, run.upperBound)
    }

    /// 'the fifth of march'.
    mutating func dayOfMonth(at start: Int) -> Int? {
        // 'a third of april sales' is a part of them.
        guard !["a", "an", "one", "each", "every"].contains(before(start)),
            let day = ordinalDay(at: start), following(day.end) == "of",
            words.indices.contains(start), words[start].gap != .hyphen,
            EnglishPhrases.months.contains(following(day.end + 1))
        else { return nil }
        return write(start..<day.end, EnglishNumeral.ordinal(day.value))
    }

    // MARK: - Years

    /// 'in nineteen eighty four'.
    mutating func year(_ run: Range<Int>) -> Int? {
        let isAsked =
            EnglishPhrases.beforeYears.contains(before(run.lowerBound))
            || before(run.lowerBound) == "of"
                && EnglishPhrases.beforeYears.contains(before(run.lowerBound - 1))
        guard isAsked, let year = EnglishNumeral.year(spoken(run)), year >= 1700, !isVagueYear(run)
        else { return nil }
        return write(run, String(year))
    }

    /// 'in twenty thirty minutes', 'twenty twenty vision'.
    private func isVagueYear(_ run: Range<Int>) -> Bool {
        let end = run.upperBound
        return phrase(EnglishPhrases.counted, at: end) != nil
            || phrase(EnglishPhrases.measures, at: end) != nil || percentEnd(end) != nil
            || phrase(EnglishPhrases.neverBefore, at: end) != nil
            || EnglishPhrases.afterTwenty.contains(following(end))
            || ["dollar", "dollars", "euro", "euros"].contains(following(end))
    }

    // MARK: - Hours

    /// 'three thirty p m', 'ten am'.
    mutating func clock(_ run: Range<Int>) -> Int? {
        guard let time = time(spoken(run)) else { return nil }
        let end = run.upperBound
        let isLong = run.count > 1 && time.contains(":")
        if isLong, isPartOfDay(end) { return write(run, time) }
        let isSpan = word(run.lowerBound - 1) == "to" && isNumber(run.lowerBound - 2)
        guard let half = half(at: end), isLong || !isSpan else { return nil }
        if half.text == "am", !isLong, following(half.end) == "i" || before(run.lowerBound) == "i" {
            return nil
        }
        guard half.isSplit else { return write(run, time) }
        return write(run.lowerBound..<half.end, time + " " + half.written)
    }

    private func time(_ words: ArraySlice<String>) -> String? {
        guard let first = words.first,
            let hour = EnglishNumeral.belowHundred([first]), (1...12).contains(hour)
        else { return nil }
        let rest = words.dropFirst()
        if rest.isEmpty { return String(hour) }
        if rest.count == 2, rest.first == "oh" {
            return EnglishNumeral.digits[rest[rest.startIndex + 1]].map { "\(hour):0\($0)" }
        }
        guard let minute = EnglishNumeral.belowHundred(rest), (10...59).contains(minute) else {
            return nil
        }
        return "\(hour):\(minute)"
    }

    /// 'pm', 'p m', 'p.m.'.
    private func half(at index: Int) -> (text: String, written: String, isSplit: Bool, end: Int)? {
        let letter = following(index)
        if letter == "am" || letter == "pm" { return (letter, letter, false, index + 1) }
        guard letter == "a" || letter == "p", word(index + 1) == "m" else { return nil }
        let gap = words[index + 1].gap
        guard gap == .space || gap == .stop else { return nil }
        let written = words[index].isCapital ? letter.uppercased() + "M" : letter + "m"
        return (letter + "m", written, gap == .space, index + 2)
    }

    private func isPartOfDay(_ index: Int) -> Bool {
        let isThe = following(index) == "in" && following(index + 1) == "the"
        let part = following(index + 2)
        return isThe && ["morning", "afternoon", "evening"].contains(part)
            || following(index) == "at" && following(index + 1) == "night"
    }
}
