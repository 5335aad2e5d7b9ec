/// Chinese numbers in digits.
///
/// A number is read where it stands: what is before and after it says whether it is a date, an hour, an amount
/// or none of them. In doubt it stays in words.
struct ChineseNumbers {
    /// Simplified where it matters.
    let text: [Unicode.Scalar]
    var edits: [TextEdit] = []
    /// Where the last year, day, hour and duration that were written in digits end; before all text if none was.
    var (yearEnd, dayEnd, hourEnd, durationEnd) = (-2, -2, -2, -2)

    private init(_ text: [Unicode.Scalar]) {
        self.text = ChineseNumeral.simplified(text)
    }

    static func edits(_ text: [Unicode.Scalar]) -> [TextEdit] {
        var numbers = ChineseNumbers(text)
        numbers.read()
        return numbers.edits.map { edit in
            let isTraditional = text[edit.range].contains { $0 == "萬" || $0 == "億" }
            guard isTraditional else { return edit }
            let written = edit.replacement.unicodeScalars.map { scalar -> Unicode.Scalar in
                scalar == "万" ? "萬" : scalar == "亿" ? "億" : scalar
            }
            let replacement = String(String.UnicodeScalarView(written))
            return TextEdit(range: edit.range, replacement: replacement)
        }
    }

    private mutating func read() {
        var index = 0
        while index < text.count {
            if let end = ChinesePhrases.end(at: index, in: text) {
                index = end
            } else if let run = run(at: index) {
                read(run)
                index = max(run.range.upperBound, edits.last?.range.upperBound ?? 0)
            } else {
                index += 1
            }
        }
    }

    /// Numerals that follow each other, with 点 between them.
    struct Run {
        /// What stands between the points.
        var parts: [Range<Int>]
        var range: Range<Int> { parts[0].lowerBound..<parts[parts.count - 1].upperBound }
    }

    func run(at place: Int) -> Run? {
        guard let first = numerals(at: place) else { return nil }
        var run = Run(parts: [first])
        while run.range.upperBound < text.count, text[run.range.upperBound] == ChineseNumeral.point,
            let next = numerals(at: run.range.upperBound + 1)
        {
            run.parts.append(next)
        }
        return run
    }

    private func numerals(at place: Int) -> Range<Int>? {
        var end = place
        while end < text.count, ChineseNumeral.isNumeral(text[end]) { end += 1 }
        return end > place ? place..<end : nil
    }

    private mutating func read(_ run: Run) {
        guard !touchesDigits(run.range), !percent(run), !isVague(run.range) else { return }
        if run.parts.count > 2 {
            version(run)
        } else if run.parts.count == 2 {
            if !clock(run) { decimal(run) }
        } else {
            _ =
                date(run.range) || clock(run) || ordinal(run.range) || measure(run.range)
                || digits(run.range) || cardinal(run.range)
        }
    }

    // MARK: - What stands beside a number

    func scalar(_ place: Int) -> Unicode.Scalar? {
        text[at: place]
    }

    /// Whether a number begins there, in digits or in words; so what is read once stays the same.
    func beginsNumber(_ place: Int) -> Bool {
        scalar(place).map { ChineseNumeral.isNumeral($0) || isDigit($0) } ?? false
    }

    private func isDigit(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.numericType == .decimal
    }

    func touchesDigits(_ range: Range<Int>) -> Bool {
        [range.lowerBound - 1, range.upperBound].contains { scalar($0).map(isDigit) ?? false }
    }

    /// 十几, 二十多, 数百, 三分之二, 双十一, 周三十点, 二、三十.
    func isVague(_ range: Range<Int>) -> Bool {
        let (before, after) = (scalar(range.lowerBound - 1), scalar(range.upperBound))
        if let after, ChinesePhrases.vagueAfter.contains(after) { return true }
        if text.holds(["分", "之"], at: range.upperBound) { return true }
        if text.holds(["分", "之"], at: range.lowerBound - 2) { return true }
        if let before, ChinesePhrases.vagueBefore.contains(before),
            ChineseNumeral.isPlace(text[range.lowerBound])
        {
            return true
        }
        return text.holds(anyOf: ChinesePhrases.neverAfter, before: range.lowerBound)
            || before.map { ChinesePhrases.listMarks.contains($0) } ?? false
                && (beginsNumber(range.lowerBound - 2) || scalar(range.lowerBound - 2) == "%")
    }

    /// Where 负 before a number stands, if it is a sign.
    func sign(before place: Int) -> Int? {
        guard scalar(place - 1) == "负" else { return nil }
        // 负 also means to bear: 负百分之五十的责任.
        let isSign = scalar(place - 2).map(ChinesePhrases.beforeSign.contains) ?? true
        return isSign ? place - 1 : nil
    }

    /// Writes a number, with the sign before it.
    mutating func write(_ range: Range<Int>, _ written: String) {
        if let sign = sign(before: range.lowerBound) {
            edits.append(TextEdit(range: sign..<range.upperBound, replacement: "-" + written))
        } else {
            edits.append(TextEdit(range: range, replacement: written))
        }
    }

    // MARK: - Kinds of numbers

    /// 百分之十五; 百分之百 is a word, and per mille and other fractions stay.
    private mutating func percent(_ run: Run) -> Bool {
        let start = run.range.lowerBound
        guard run.range.count == 1, text[start] == "百", !text.holds(["分", "之"], at: start - 2),
            text.holds(["分", "之"], at: start + 1), let number = self.run(at: start + 3),
            let written = plain(number)
        else { return false }
        let end = number.range.upperBound
        let isVague = scalar(end).map { ChinesePhrases.vagueAfter.contains($0) } ?? false
        let isHalf = scalar(end) == "点" && (scalar(end + 1).map(isVagueAfterPoint) ?? false)
        guard !isVague, !isHalf, !touchesDigits(number.range), !isRange(after: end) else {
            return true
        }
        write(start..<end, written + " %")
        return true
    }

    private func isVagueAfterPoint(_ scalar: Unicode.Scalar) -> Bool {
        ChinesePhrases.vagueAfter.contains(scalar)
    }

    /// 百分之五到十: both ends are percentages, and only one is said to be.
    private func isRange(after place: Int) -> Bool {
        let isTo = scalar(place) == "到" || scalar(place) == "至"
        return isTo && beginsNumber(place + 1) && !text.holds(["百", "分", "之"], at: place + 1)
            && !text[(place + 1)...].prefix(12).contains("%")
    }

    /// A whole or a decimal number.
    func plain(_ run: Run) -> String? {
        guard let whole = ChineseNumeral.cardinal(text[run.parts[0]])?.written else { return nil }
        if run.parts.count == 1 { return whole }
        guard run.parts.count == 2, let digits = ChineseNumeral.spelled(text[run.parts[1]]) else {
            return nil
        }
        return whole + "." + digits
    }

    /// 第二十三条.
    private mutating func ordinal(_ range: Range<Int>) -> Bool {
        guard scalar(range.lowerBound - 1) == "第" else { return false }
        if let number = ChineseNumeral.cardinal(text[range]), number.value >= 10 {
            write(range, String(number.value))
            return true
        }
        _ = digits(range)
        return true
    }

    /// Digits said one by one: with a zero among them, with a word that asks for them, or seven of them.
    private mutating func digits(_ range: Range<Int>) -> Bool {
        guard range.count >= 3, let written = ChineseNumeral.spelled(text[range]) else {
            return false
        }
        let isAsked =
            range.count >= 4 && text.holds(anyOf: ChinesePhrases.labels, before: range.lowerBound)
        let isSpelled = isAsked || text[range].contains("幺")
        let isLong = range.count >= 7 || text[range].contains("零")
        guard isSpelled || isLong && !isCounting(written) else { return false }
        edits.append(TextEdit(range: range, replacement: written))
        return true
    }

    /// 三百五十, 一千零五, 三千万: with two places nothing but a number.
    private mutating func cardinal(_ range: Range<Int>) -> Bool {
        guard let number = ChineseNumeral.cardinal(text[range]), number.markCount >= 2 else {
            return false
        }
        let isNever =
            text[range].suffix(2).elementsEqual(["千", "万"])
            && ["别", "不", "要"].contains(scalar(range.upperBound) ?? " ")
        if !isNever { write(range, number.written) }
        return !isNever
    }
}

/// Whether digits go up or down by one all the way.
func isCounting(_ digits: String) -> Bool {
    let values = digits.unicodeScalars.map { Int($0.value) }
    let steps = Set(zip(values, values.dropFirst()).map { $1 - $0 })
    return steps.count == 1 && [1, -1].contains(steps.first ?? 0)
}
