/// A number as it is written, before it is known what it counts.
struct EnglishNumber {
    let written: String
    /// Nothing but a whole number, below the largest integer.
    let whole: Int?
    /// 2.5, and not 2.1.3, which is a version.
    let isDecimal: Bool
    let wordCount: Int

    init?(_ words: ArraySlice<String>, isVersion: Bool) {
        wordCount = words.count
        let parts = words.split(separator: "point", omittingEmptySubsequences: false)
        if parts.count == 1 {
            guard let value = EnglishNumeral.cardinal(words),
                let written = EnglishNumeral.written(words)
            else { return nil }
            (self.written, whole, isDecimal) = (written, value, false)
            return
        }
        (whole, isDecimal) = (nil, parts.count == 2)
        if parts.count > 2 || isVersion {
            let numbers = parts.compactMap { part in
                part.count == 1 && part.first == "oh"
                    ? "0"
                    : EnglishNumeral.belowHundred(part).map(String.init)
                        ?? EnglishNumeral.spelled(part)
            }
            guard numbers.count == parts.count else { return nil }
            written = numbers.joined(separator: ".")
            return
        }
        let magnitude = words.last.flatMap { EnglishNumeral.magnitudes[$0] == nil ? nil : $0 }
        let digits = magnitude == nil ? parts[1] : parts[1].dropLast()
        guard let value = EnglishNumeral.cardinal(parts[0]), value < 10_000,
            let fraction = EnglishNumeral.spelled(digits)
        else { return nil }
        written = "\(value).\(fraction)" + (magnitude.map { " " + $0 } ?? "")
    }
}

/// Amounts: percentages, money, and what is measured or counted.
extension EnglishNumbers {
    typealias Number = EnglishNumber

    /// Where reading goes on; `nil` if the number stays in words.
    mutating func amount(_ run: Range<Int>, _ number: Number) -> Int? {
        let end = run.upperBound
        let isOne = number.whole == 1 || number.isDecimal && word(run.lowerBound) == "one"
        let isPoint =
            number.isDecimal && isOne
            && EnglishPhrases.beforePoint.contains(before(run.lowerBound))
        if number.whole == 1, EnglishPhrases.beforeOne.contains(before(run.lowerBound)) {
            return nil
        }
        let measureEnd = phrase(EnglishPhrases.measures, at: end)
        let isMeasured = measureEnd != nil
        if number.whole == 1, let measureEnd, following(measureEnd) == "at" { return nil }
        if let unitEnd = percentEnd(end) {
            return write(run.lowerBound..<unitEnd, number, number.written + " %")
        }
        if let unitEnd = money(run, number) { return unitEnd }
        guard !isPoint || isMeasured, !hasSmallCoins(end) else { return nil }
        let isCounted = phrase(EnglishPhrases.counted, at: end) != nil
        guard isMeasured || isWanted(run, number, isCounted) else { return nil }
        let isDegrees = following(end) == "degrees"
        let takesSign = isMeasured || isDegrees || number.isDecimal
        guard !takesSign else { return write(run, number, number.written) }
        writeFirstOfSpan(run)
        return write(run, number.written)
    }

    /// The fifty of 'forty five to fifty', whose first number is in digits.
    private func endsWrittenSpan(_ run: Range<Int>) -> Bool {
        let start = run.lowerBound
        guard start >= 2, before(start) == "to", words[start - 1].gap == .space else {
            return false
        }
        return isNumber(start - 2)
            && edits.last?.range.upperBound == words[start - 2].range.upperBound
    }

    /// With the sign before it.
    private mutating func write(_ run: Range<Int>, _ number: Number, _ written: String) -> Int {
        writeFirstOfSpan(run)
        let start = run.lowerBound
        let isSign = ["minus", "negative"].contains(before(start)) && number.isSigned
        let last = before(start - 1)
        guard isSign, last.isEmpty || EnglishPhrases.beforeSign.contains(last) else {
            return write(run, written)
        }
        return write(start - 1..<run.upperBound, "-" + written)
    }

    /// The twenty of 'twenty to thirty percent'.
    private mutating func writeFirstOfSpan(_ run: Range<Int>) {
        let start = run.lowerBound
        guard start >= 2, words[start].gap == .space, words[start - 1].gap == .space else { return }
        let isBetween = word(start - 1) == "and"
        guard isBetween || word(start - 1) == "to" else { return }
        var first = start - 2
        while first > 0, start - first < 8, words[first].gap.joins, self.run(at: first - 1) != nil {
            first -= 1
        }
        let range = first..<start - 1
        guard self.run(at: first) == range, !isName(range), !isVague(range),
            !isBetween || before(first) == "between",
            edits.last.map({ $0.range.upperBound <= scalars(range).lowerBound }) ?? true,
            let number = Number(spoken(range), isVersion: false)
        else { return }
        _ = write(range, number.written)
    }

    /// 'ten to twenty dollars': a sign before the second would leave the first without.
    private func endsSpan(_ run: Range<Int>) -> Bool {
        let start = run.lowerBound
        let isSpan = before(start) == "to" || before(start) == "and" || before(start) == "or"
        return isSpan && isNumber(start - 2) && words[start - 1].gap == .space
    }

    func percentEnd(_ end: Int) -> Int? {
        if following(end) == "percent" { return end + 1 }
        return following(end) == "per" && following(end + 1) == "cent" ? end + 2 : nil
    }

    /// $5, $25.50, €3. Pounds may be a weight, so they need 'sterling'.
    private mutating func money(_ run: Range<Int>, _ number: Number) -> Int? {
        var end = run.upperBound + 1
        let sign: String
        switch following(run.upperBound) {
        case "dollar", "dollars": sign = "$"
        case "euro", "euros": sign = "€"
        case "pound" where following(end) == "sterling",
            "pounds" where following(end) == "sterling":
            sign = "£"
            end += 1
        default: return nil
        }
        guard number.whole != nil || number.isDecimal, !endsSpan(run),
            phrase(EnglishPhrases.neverBefore, at: end) == nil
        else { return nil }
        var written = sign + number.written
        if number.whole.map({ $0 < 1_000_000 }) ?? false, let cents = cents(end) {
            written += cents.digits
            end = cents.end
        } else if isNumber(end), words[end].gap.joins || words[end].gap == .money {
            return nil
        }
        return write(run.lowerBound..<end, written)
    }

    /// 'twenty dollars fifty'.
    private func hasSmallCoins(_ end: Int) -> Bool {
        ["dollars", "euros", "pounds"].contains(following(end)) && isNumber(end + 1)
            && (words[end + 1].gap.joins || words[end + 1].gap == .money)
    }

    private func cents(_ start: Int) -> (digits: String, end: Int)? {
        let first = following(start) == "and" ? start + 1 : start
        guard following(first) != "", let run = run(at: first),
            let value = EnglishNumeral.belowHundred(spoken(run)), value > 0,
            ["cent", "cents", "pence"].contains(following(run.upperBound)),
            phrase(EnglishPhrases.neverBefore, at: run.upperBound + 1) == nil
        else { return nil }
        return ((value < 10 ? ".0" : ".") + String(value), run.upperBound + 1)
    }

    /// Whether a number is written in digits though nothing is measured.
    private func isWanted(_ run: Range<Int>, _ number: Number, _ isCounted: Bool) -> Bool {
        guard let whole = number.whole else { return true }
        let last = before(run.lowerBound)
        if last == "version" { return true }
        guard whole >= 10 else { return false }
        let isShort =
            number.wordCount == 1 || number.wordCount == 2 && word(run.lowerBound) == "one"
        return !isShort || isCounted || endsWrittenSpan(run) || EnglishPhrases.labels.contains(last)
    }
}

extension EnglishNumber {
    /// Whether 'minus' before it can be a sign.
    var isSigned: Bool { whole != nil || isDecimal }
}
