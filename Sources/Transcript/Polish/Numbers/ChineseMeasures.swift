/// Amounts: numbers with what they count or measure, decimals and versions.
extension ChineseNumbers {
    /// 五十毫克, 三百人. A number of a unit may end in the unit's own 千: 三十千瓦.
    mutating func measure(_ range: Range<Int>) -> Bool {
        measure(range, ending: range.upperBound)
            || range.count > 1 && ["千", "百"].contains(text[range.upperBound - 1])
                && measure(range.dropLast(), ending: range.upperBound - 1)
    }

    private mutating func measure(_ range: Range<Int>, ending end: Int) -> Bool {
        guard let number = ChineseNumeral.cardinal(text[range.lowerBound..<end]) else {
            return false
        }
        // 五千米 is told as 5千米, which is the same.
        if end == range.upperBound, range.count == 2, text[end - 1] == "千",
            measure(range.lowerBound..<end - 1, ending: end - 1)
        {
            return true
        }
        guard let unit = ChineseUnit.at(end, in: text),
            !isSplit(unit, range.lowerBound..<end, number)
        else {
            return month(range, number)
        }
        let isChained = unit.kind == .duration && isChained(range, unit)
        guard isChained || isWanted(number, unit, range), writeFirstOfSpan(before: range) else {
            return false
        }
        let start = range.lowerBound
        switch unit.kind {
        case .counter where sign(before: start) != nil: return false
        case .counter, .divisible, .duration:
            edits.append(TextEdit(range: start..<end, replacement: number.written))
        case .measure, .money, .degree: write(start..<end, number.written)
        }
        if unit.kind == .duration { durationEnd = end + unit.name.count }
        return true
    }

    /// 五到十年: the first number has the unit of the second. False where it cannot be written in digits.
    private mutating func writeFirstOfSpan(before range: Range<Int>) -> Bool {
        let end = range.lowerBound - 1
        guard let mark = scalar(end), mark == "到" || mark == "至", end > 0,
            ChineseNumeral.isNumeral(text[end - 1])
        else { return true }
        var start = end
        while start > 0, end - start < 20,
            ChineseNumeral.isNumeral(text[start - 1]) || text[start - 1] == ChineseNumeral.point
        {
            start -= 1
        }
        if text[start] == ChineseNumeral.point { start += 1 }
        if let last = edits.last, last.range.upperBound > start { return true }
        guard let first = run(at: start), first.range.upperBound == end, !isVague(first.range),
            !touchesDigits(first.range), scalar(start - 1) != "第", let written = plain(first)
        else { return false }
        edits.append(TextEdit(range: first.range, replacement: written))
        return true
    }

    /// 十一月 and 十二月 are months by themselves; others need a year or a day beside them.
    private mutating func month(_ range: Range<Int>, _ number: ChineseCardinal) -> Bool {
        let isSecond = scalar(range.lowerBound - 2) == "月" && scalar(range.lowerBound - 1) != "，"
        guard [11, 12].contains(number.value), scalar(range.upperBound) == "月", !isSecond else {
            return false
        }
        edits.append(TextEdit(range: range, replacement: String(number.value)))
        return true
    }

    /// Whether a number of these is written in digits.
    private func isWanted(_ number: ChineseCardinal, _ unit: ChineseUnit, _ range: Range<Int>)
        -> Bool
    {
        switch unit.kind {
        // 二元 is a term; two of the currency are 两元.
        // 一砖一瓦, 一降一升.
        case .measure where number.value == 1 && scalar(range.lowerBound - 2) == "一":
            return false
        case .measure: return unit.name != ["元"] || !text[range].elementsEqual(["二"])
        case .money: return number.value != 1
        case .degree where isTemperature(range): return true
        case .counter, .divisible, .duration, .degree:
            return number.value >= 10 && !isPhrase(number, unit, range)
        }
    }

    /// 一百次 and 两千年 say that it is often or long; 十个八个, 十分, 十字 and 下一个十年 are no numbers.
    private func isPhrase(_ number: ChineseCardinal, _ unit: ChineseUnit, _ range: Range<Int>)
        -> Bool
    {
        let name = String(String.UnicodeScalarView(unit.name))
        if number.isRoundOne { return name != "块" }
        if name == "年", number.value >= 100, number.markCount == 1 { return true }
        guard number.value == 10 else { return false }
        let isDecade = name == "年" && scalar(range.lowerBound - 1) == "个"
        return isDecade || ["分", "字"].contains(name) || followsNumber(range, unit)
    }

    private func followsNumber(_ range: Range<Int>, _ unit: ChineseUnit) -> Bool {
        let end = range.upperBound + unit.name.count
        return beginsNumber(end) || scalar(end) == "半"
    }

    private func isTemperature(_ range: Range<Int>) -> Bool {
        text.holds(["摄", "氏"], at: range.lowerBound - 2)
            || text.holds(["零", "下"], at: range.lowerBound - 2)
            || text.holds(["零", "上"], at: range.lowerBound - 2)
            || sign(before: range.lowerBound) != nil
    }

    /// 一米七五, 三块五, 三十七度五: the number goes on behind the unit.
    private func isSplit(_ unit: ChineseUnit, _ range: Range<Int>, _ number: ChineseCardinal)
        -> Bool
    {
        let (start, end) = (range.lowerBound, range.upperBound)
        let after = end + unit.name.count
        // 一厘米一厘米: little by little.
        let whole = Array(text[start..<after])
        if text.holds(whole, at: after) || text.holds(whole, at: start - whole.count) {
            return true
        }
        let goesOn = beginsNumber(after) || scalar(after) == "半"
        let splits = ["米", "升", "元", "块", "斤", "度", "克", "公斤", "吨", "倍", "蚊", "折", "年", "岁"]
        let name = String(String.UnicodeScalarView(unit.name))
        return goesOn && (splits.contains(name) || scalar(after) == "半" && number.value < 10)
    }

    /// 三小时二十分钟: hours, minutes and seconds that follow each other.
    private func isChained(_ range: Range<Int>, _ unit: ChineseUnit) -> Bool {
        if durationEnd == range.lowerBound { return true }
        let after = range.upperBound + unit.name.count
        guard let next = run(at: after), next.parts.count == 1,
            let number = ChineseNumeral.cardinal(text[next.range]), number.value < 60,
            let other = ChineseUnit.at(next.range.upperBound, in: text)
        else { return false }
        return other.kind == .duration && other.name.last != unit.name.last
    }

    // MARK: - Decimals

    /// 三点五公里, 一点五亿, 零点五, 三点一四. A time of the day has the same form, so one digit alone stays.
    mutating func decimal(_ run: Run) {
        let (range, end) = (run.range, run.range.upperBound)
        guard let number = DecimalParts(run, in: text), !isOther(range),
            isCertain(number, range) || isVersion(range) || takesDecimals(end)
        else { return }
        write(range, number.written)
    }

    private func takesDecimals(_ end: Int) -> Bool {
        guard let unit = ChineseUnit.at(end, in: text) else { return false }
        return unit.kind.takesDecimals && unit.name != ["分"]
    }

    private func isCertain(_ number: DecimalParts, _ range: Range<Int>) -> Bool {
        if number.suffix != "" || number.whole > 24 || sign(before: range.lowerBound) != nil {
            return true
        }
        guard scalar(range.upperBound) != "分" || takesDecimals(range.upperBound) else {
            return false
        }
        if number.whole == 0 {
            let isMidnight = ["过", "到", "刻"].contains(scalar(range.upperBound) ?? " ")
            return number.digits.count > 1 || !isMidnight
        }
        return number.digits == "0" || number.digits.count > 1 && number.digits.first != "0"
    }

    /// What looks like a decimal and is none: 第三点五, 下午三点一五, 三点四点, 快一点五公里.
    private func isOther(_ range: Range<Int>) -> Bool {
        let start = range.lowerBound
        if scalar(start - 1) == "第" || scalar(range.upperBound) == ChineseNumeral.point {
            return true
        }
        if text.holds(anyOf: ChinesePhrases.dayParts, before: start) || hourEnd == start - 1 {
            return true
        }
        let isLittle = text.holds(["一", "点"], at: start)
        return isLittle && (scalar(start - 1).map(ChinesePhrases.beforeLittle.contains) ?? false)
    }

    // MARK: - Versions

    /// 三点二点一; hours that are counted, 三点四点五, only behind a name.
    mutating func version(_ run: Run) {
        let parts = run.parts.map { part in
            ChineseNumeral.spelled(text[part])
                ?? ChineseNumeral.cardinal(text[part]).map { String($0.value) } ?? ""
        }
        guard parts.allSatisfy({ (1...4).contains($0.count) }), !isOther(run.range) else { return }
        let isHours = parts.allSatisfy { $0.count == 1 } && isCounting(parts.joined())
        guard !isHours || isVersion(run.range) else { return }
        edits.append(TextEdit(range: run.range, replacement: parts.joined(separator: ".")))
    }

    /// Whether the name of something that has versions is beside it.
    private func isVersion(_ range: Range<Int>) -> Bool {
        var place = range.lowerBound
        if text.holds(anyOf: ChinesePhrases.versionWords, before: place)
            || text.holds(anyOf: ChinesePhrases.versionSuffixes, at: range.upperBound)
        {
            return true
        }
        if scalar(place - 1) == " " { place -= 1 }
        let word = text[..<place].suffix(12).reversed().prefix {
            $0.isASCII && $0.properties.isAlphabetic
        }
        let name = word.reversed().map { $0.properties.lowercaseMapping.unicodeScalars }.joined()
        return ChinesePhrases.products.contains(Array(name))
    }
}

/// A number with one point, and 万 or 亿 behind it.
private struct DecimalParts {
    let whole: Int
    let digits: String
    let suffix: String
    var written: String { "\(whole).\(digits)\(suffix)" }

    init?(_ run: ChineseNumbers.Run, in text: [Unicode.Scalar]) {
        guard let number = ChineseNumeral.cardinal(text[run.parts[0]]) else { return nil }
        let suffix = text[run.parts[1]].reversed().prefix { $0 == "万" || $0 == "亿" }.reversed()
        guard ["", "万", "亿", "万亿"].contains(String(String.UnicodeScalarView(suffix))),
            let spelled = ChineseNumeral.spelled(text[run.parts[1]].dropLast(suffix.count)),
            !text[run.parts[1]].contains("幺")
        else { return nil }
        (whole, digits) = (number.value, spelled)
        self.suffix = String(String.UnicodeScalarView(suffix))
    }
}
