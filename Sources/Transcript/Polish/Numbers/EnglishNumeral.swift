/// Numbers in English words.
enum EnglishNumeral {
    static let digits = values("zero one two three four five six seven eight nine", from: 0)
    static let teens = values(
        "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen", from: 10)
    static let tens = values("twenty thirty forty fifty sixty seventy eighty ninety", from: 2)
        .mapValues { $0 * 10 }
    static let magnitudes = [
        "thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000,
        "trillion": 1_000_000_000_000,
    ]
    private static let smallOrdinals = values(
        """
        first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
        fifteenth sixteenth seventeenth eighteenth nineteenth
        """, from: 1)
    private static let tenOrdinals = values(
        "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth", from: 2
    ).mapValues { $0 * 10 }
    static let repeats = ["double": 2, "triple": 3]

    private static func values(_ words: String, from first: Int) -> [String: Int] {
        let words = words.split { $0 == " " || $0 == "\n" }.map(String.init)
        return Dictionary(uniqueKeysWithValues: zip(words, first...))
    }

    /// What a number can begin with; 'hundred' cannot, because it has 'a' or 'few' before it.
    static func begins(_ word: String) -> Bool {
        digits[word] != nil || teens[word] != nil || tens[word] != nil
    }

    static func isMagnitude(_ word: String) -> Bool {
        word == "hundred" || magnitudes[word] != nil
    }

    static func isOrdinal(_ word: String) -> Bool {
        smallOrdinals[word] != nil || tenOrdinals[word] != nil
    }

    /// Below one hundred, all of the words.
    static func belowHundred(_ words: ArraySlice<String>) -> Int? {
        guard let first = words.first, words.count <= 2 else { return nil }
        if words.count == 1 { return digits[first] ?? teens[first] ?? tens[first] }
        guard let ten = tens[first], let unit = digits[words[words.startIndex + 1]], unit > 0
        else { return nil }
        return ten + unit
    }

    /// A whole number, all of the words; 'and' stands only before the last hundred.
    static func cardinal(_ words: ArraySlice<String>) -> Int? {
        guard words.count <= 24 else { return nil }
        if words.count == 1, words.first == "zero" { return 0 }
        var (value, limit, group) = (0, Int.max, words.startIndex)
        for index in words.indices {
            guard let unit = magnitudes[words[index]] else { continue }
            guard unit < limit, let count = belowThousand(words[group..<index]) else { return nil }
            (value, limit, group) = (value + count * unit, unit, index + 1)
        }
        let rest = words[group...]
        guard !rest.isEmpty else { return value > 0 ? value : nil }
        if value > 0, rest.first == "and" {
            return belowHundred(rest.dropFirst()).flatMap { $0 > 0 ? value + $0 : nil }
        }
        if value == 0, let hundreds = longHundreds(rest) { return hundreds }
        return belowThousand(rest).map { value + $0 }
    }

    private static func belowThousand(_ words: ArraySlice<String>) -> Int? {
        guard let place = words.firstIndex(of: "hundred") else {
            return belowHundred(words).flatMap { $0 > 0 ? $0 : nil }
        }
        guard place == words.startIndex + 1, let count = digits[words[place - 1]], count > 0 else {
            return nil
        }
        return hundreds(count, words[(place + 1)...])
    }

    /// Twelve hundred, twenty five hundred.
    private static func longHundreds(_ words: ArraySlice<String>) -> Int? {
        guard let place = words.firstIndex(of: "hundred"),
            let count = belowHundred(words[..<place]), count > 10, !count.isMultiple(of: 10)
        else { return nil }
        return hundreds(count, words[(place + 1)...])
    }

    private static func hundreds(_ count: Int, _ rest: ArraySlice<String>) -> Int? {
        guard !rest.isEmpty else { return count * 100 }
        let tail = rest.first == "and" ? rest.dropFirst() : rest
        return belowHundred(tail).flatMap { $0 > 0 ? count * 100 + $0 : nil }
    }

    /// First to ninety-ninth, all of the words; a day of a month is below thirty-two.
    static func smallOrdinal(_ words: ArraySlice<String>) -> Int? {
        guard let last = words.last else { return nil }
        if words.count == 1 { return smallOrdinals[last] ?? tenOrdinals[last] }
        guard words.count == 2, let ten = tens[words[words.startIndex]],
            let unit = smallOrdinals[last], unit < 10
        else { return nil }
        return ten + unit
    }

    /// Twenty-first and above, all of the words.
    static func longOrdinal(_ words: ArraySlice<String>) -> Int? {
        if words.count == 2, let ordinal = smallOrdinal(words) { return ordinal }
        for count in [2, 1] where words.count > count {
            var head = words.dropLast(count)
            if head.last == "and" { head = head.dropLast() }
            guard let end = head.last, isMagnitude(end),
                let ordinal = smallOrdinal(words.suffix(count)),
                let value = cardinal(head)
            else { continue }
            return value + ordinal
        }
        return nil
    }

    /// 21st, 112th.
    static func ordinal(_ value: Int) -> String {
        let isTeen = (11...13).contains(value % 100)
        let ending = isTeen ? "th" : [1: "st", 2: "nd", 3: "rd"][value % 10] ?? "th"
        return "\(value)\(ending)"
    }

    /// A year in two halves, all of the words: nineteen eighty four, twenty oh five, nineteen hundred.
    static func year(_ words: ArraySlice<String>) -> Int? {
        if (2000...2099).contains(cardinal(words) ?? 0), words.contains("thousand") {
            return cardinal(words)
        }
        guard let first = words.first, let century = teens[first] ?? tens[first],
            (17...20).contains(century)
        else { return nil }
        let rest = words.dropFirst()
        if century < 20, rest.elementsEqual(["hundred"]) { return century * 100 }
        if rest.count == 2, rest.first == "oh", let unit = digits[rest[rest.startIndex + 1]],
            unit > 0
        {
            return century * 100 + unit
        }
        guard let low = belowHundred(rest), low >= 10 else { return nil }
        return century * 100 + low
    }

    /// Digits said one by one, all of the words.
    static func spelled(_ words: ArraySlice<String>) -> String? {
        var (written, count) = ("", 1)
        for word in words {
            if let times = repeats[word], count == 1 {
                count = times
            } else if let digit = word == "oh" ? 0 : digits[word] {
                written += String(repeating: String(digit), count: count)
                count = 1
            } else {
                return nil
            }
        }
        return count == 1 && !written.isEmpty ? written : nil
    }

    /// Commas from ten thousand on; a round million keeps its word.
    static func written(_ words: ArraySlice<String>) -> String? {
        guard let value = cardinal(words) else { return nil }
        if let last = words.last, let unit = magnitudes[last], unit >= 1_000_000,
            let count = cardinal(words.dropLast()), count < 1000
        {
            return "\(count) \(last)"
        }
        return value < 10_000 ? String(value) : grouped(value)
    }

    private static func grouped(_ value: Int) -> String {
        let digits = String(value)
        var written = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { written += "," }
            written.append(digit)
        }
        return written
    }
}
