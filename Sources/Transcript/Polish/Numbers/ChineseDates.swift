/// Years, days and hours.
extension ChineseNumbers {
    // MARK: - Dates

    /// 二零二六年三月五日. A month alone stays: it is as short in words.
    mutating func date(_ range: Range<Int>) -> Bool {
        switch scalar(range.upperBound) {
        case "年": return year(range)
        case "月": return monthAndDay(range)
        case "日", "号": return secondDay(range)
        case "到", "至": return firstYear(range)
        case "后": return generation(range)
        default: return false
        }
    }

    private func yearDigits(_ range: Range<Int>) -> String? {
        guard let digits = ChineseNumeral.spelled(text[range]) else { return nil }
        let isAncient =
            text.holds(["公", "元"], at: range.lowerBound - 2)
            || text.holds(["公", "元", "前"], at: range.lowerBound - 3)
        if isAncient { return range.count <= 4 && digits.first != "0" ? digits : nil }
        if range.count == 2 {
            let isDecade = digits.last == "0" && scalar(range.upperBound + 1) == "代"
            return digits.first == "0" || isDecade ? digits : nil
        }
        return range.count == 4 && ["1", "2"].contains(digits.first) ? digits : nil
    }

    private mutating func year(_ range: Range<Int>) -> Bool {
        guard let digits = yearDigits(range) else { return false }
        edits.append(TextEdit(range: range, replacement: digits))
        yearEnd = range.upperBound + 1
        return true
    }

    /// 一九四九到一九七八年.
    private mutating func firstYear(_ range: Range<Int>) -> Bool {
        guard range.count == 4, let digits = yearDigits(range),
            let other = run(at: range.upperBound + 1), other.parts.count == 1,
            other.range.count == 4, yearDigits(other.range) != nil,
            scalar(other.range.upperBound) == "年"
        else { return false }
        edits.append(TextEdit(range: range, replacement: digits))
        return true
    }

    /// 九零后: born in the nineties.
    private mutating func generation(_ range: Range<Int>) -> Bool {
        guard range.count == 2, text[range.upperBound - 1] == "零",
            let digits = ChineseNumeral.spelled(text[range]), digits == "00" || digits >= "50"
        else { return false }
        edits.append(TextEdit(range: range, replacement: digits))
        return true
    }

    private mutating func monthAndDay(_ range: Range<Int>) -> Bool {
        guard let month = ChineseNumeral.cardinal(text[range])?.value, (1...12).contains(month)
        else { return false }
        let day = run(at: range.upperBound + 1).flatMap(dayEdit)
        guard yearEnd == range.lowerBound || day != nil else { return false }
        edits.append(TextEdit(range: range, replacement: String(month)))
        if let day { write(day) }
        return true
    }

    private func dayEdit(_ run: Run) -> TextEdit? {
        guard run.parts.count == 1, let sign = scalar(run.range.upperBound),
            sign == "日" || sign == "号",
            let day = ChineseNumeral.cardinal(text[run.range])?.value, (1...31).contains(day),
            !["楼", "线", "院", "店"].contains(scalar(run.range.upperBound + 1) ?? " ")
        else { return nil }
        return TextEdit(range: run.range, replacement: String(day))
    }

    private mutating func write(_ day: TextEdit) {
        edits.append(day)
        dayEnd = day.range.upperBound + 1
    }

    /// 三月五日至八日.
    private mutating func secondDay(_ range: Range<Int>) -> Bool {
        guard dayEnd == range.lowerBound - 1, dayEnd > 0,
            ["到", "至", "、", "和"].contains(text[dayEnd]), let day = dayEdit(Run(parts: [range]))
        else { return false }
        write(day)
        return true
    }

    // MARK: - Hours

    /// 下午三点半, 十点四十五分. 三点 alone may be three points.
    mutating func clock(_ run: Run) -> Bool {
        guard let hour = ChineseNumeral.cardinal(text[run.parts[0]])?.value, hour <= 24 else {
            return false
        }
        let start = run.range.lowerBound
        guard scalar(start - 1) != "第" else { return false }
        let isTo = hourEnd == start - 1 && start > 0 && ["到", "至"].contains(text[start - 1])
        let isDayPart = isTo || text.holds(anyOf: ChinesePhrases.dayParts, before: start)
        return run.parts.count == 2
            ? minutes(run, hour, isDayPart) : fullHour(run.range, hour, isDayPart)
    }

    private mutating func fullHour(_ range: Range<Int>, _ hour: Int, _ isDayPart: Bool) -> Bool {
        guard scalar(range.upperBound) == ChineseNumeral.point else { return false }
        let after = range.upperBound + 1
        let next = scalar(after) ?? " "
        let isHour = ["半", "钟", "整"].contains(next) && hour >= 10
        guard isDayPart || isHour, !ChinesePhrases.vagueAfter.contains(next), !beginsNumber(after),
            !text.holds(anyOf: ChinesePhrases.points, at: after)
        else { return false }
        edits.append(TextEdit(range: range, replacement: String(hour)))
        hourEnd = ["半", "钟", "整"].contains(next) ? after + 1 : after
        return true
    }

    private mutating func minutes(_ run: Run, _ hour: Int, _ isDayPart: Bool) -> Bool {
        let (minute, end) = (run.parts[1], run.range.upperBound)
        guard let written = minuteDigits(minute) else { return false }
        // 这三点十分重要: three points, and very.
        let isLong = written.count == 2 && (isDayPart || minute.count > 1)
        let saysMinutes =
            scalar(end) == "分" && !["钟", "之", "米", "贝"].contains(scalar(end + 1) ?? " ")
        let isBare =
            isDayPart && isLong && scalar(end) != "分" && scalar(end) != "刻"
            && ChineseUnit.at(end, in: text) == nil && scalar(end) != ChineseNumeral.point
        guard saysMinutes && (isLong || isDayPart) || isBare else { return false }
        edits.append(TextEdit(range: run.parts[0], replacement: String(hour)))
        edits.append(TextEdit(range: minute, replacement: written))
        hourEnd = saysMinutes ? end + 1 : end
        durationEnd = hourEnd
        return true
    }

    private func minuteDigits(_ range: Range<Int>) -> String? {
        if range.count == 2, text[range.lowerBound] == "零" {
            return ChineseNumeral.spelled(text[range])
        }
        guard let minute = ChineseNumeral.cardinal(text[range])?.value, (1...59).contains(minute)
        else { return nil }
        return String(minute)
    }
}
