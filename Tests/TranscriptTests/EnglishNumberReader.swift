/// Reads English text with its numbers in words or in digits, to find out whether two texts say the same.
///
/// It shares nothing with what it judges. Numbers that follow each other become one row of digits, because
/// 'nineteen eighty four' may be 1984. Marks and 'and' are left out, because they come and go with numbers.
struct EnglishNumberReader {
    private var atoms: [String] = []
    /// What is finished of the number that is being read, its last part, and what may still be added to that.
    private var (total, group, room, magnitude) = (0, nil as Int?, 0, Int.max)
    private var isBehindNumber = false

    /// Words and numbers in the order in which they are said.
    static func atoms(_ text: String) -> [String] {
        let tokens = spelledMoney(tokens(text))
        var reader = EnglishNumberReader()
        var index = 0
        while index < tokens.count { index += reader.read(tokens[index...]) }
        reader.finish()
        return withCents(reader.atoms)
    }

    private init() {}

    // MARK: - Tokens

    /// Words, rows of digits and signs, all in lower case.
    private static func tokens(_ text: String) -> [String] {
        let characters = Array(text.lowercased())
        var (tokens, last) = ([String](), " " as Character)
        for (index, character) in characters.enumerated() {
            let next = index + 1 < characters.count ? characters[index + 1] : " "
            switch character {
            case _ where character.isLetter && last.isLetter || character.isNumber && last.isNumber,
                "'" where last.isLetter:
                tokens[tokens.count - 1].append(character)
            case "," where last.isNumber && next.isNumber: continue
            case "." where last.isNumber && next.isNumber: tokens.append("point")
            case "-" where next.isNumber && !last.isLetter: tokens.append("minus")
            case _ where character.isLetter || character.isNumber || "$€£%".contains(character):
                tokens.append(String(character))
            case ",", ".": tokens.append(",")
            default: break
            }
            last = character
        }
        return normalised(tokens)
    }

    private static func normalised(_ tokens: [String]) -> [String] {
        var result: [String] = []
        for token in tokens {
            switch (result.last, token) {
            case ("a", "m"), ("p", "m"): result.append((result.popLast() ?? "") + "m")
            case ("per", "cent"): result[result.count - 1] = "%"
            case (_, "percent"): result.append("%")
            case (_, "negative"): result.append("minus")
            case (_, "dollar"): result.append("dollars")
            case (_, "euro"): result.append("euros")
            case (_, "cent"): result.append("cents")
            case (.some(let last), "st"), (.some(let last), "nd"), (.some(let last), "rd"),
                (.some(let last), "th"):
                if Int(last) == nil { result.append(token) }
            default: result.append(token)
            }
        }
        return result
    }

    /// Puts the currency behind the amount.
    private static func spelledMoney(_ tokens: [String]) -> [String] {
        var (result, currency) = ([String](), nil as [String]?)
        for token in tokens {
            if let words = ["$": ["dollars"], "€": ["euros"], "£": ["pounds", "sterling"]][token] {
                result += currency ?? []
                currency = words
            } else if currency != nil, Int(token) == nil, token != "point", large[token] == nil {
                result += (currency ?? []) + [token]
                currency = nil
            } else {
                result.append(token)
            }
        }
        return result + (currency ?? [])
    }

    /// Says $2.50 as two dollars and fifty cents.
    private static func withCents(_ atoms: [String]) -> [String] {
        var result: [String] = []
        for atom in atoms {
            let end = result.suffix(2)
            if ["dollars", "euros", "pounds"].contains(atom), end.first == "point",
                let cents = end.last, cents.count == 2
            {
                result.removeLast(2)
                let coins = atom == "pounds" ? "pence" : "cents"
                result += [atom, String(Int(cents) ?? 0), coins]
            } else {
                result.append(atom)
            }
        }
        return result
    }

    // MARK: - Numbers

    private static let small: [String: Int] = {
        let words = """
            zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
            seventeen eighteen nineteen
            """
        var table = ["oh": 0]
        for (value, word) in words.split(whereSeparator: \.isWhitespace).enumerated() {
            table[String(word)] = value
        }
        let tens = "twenty thirty forty fifty sixty seventy eighty ninety"
        for (index, word) in tens.split(separator: " ").enumerated() {
            table[String(word)] = index * 10 + 20
        }
        return table
    }()
    private static let ordinals = [
        "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
        "eighth": 8, "ninth": 9, "tenth": 10, "twelfth": 12, "fifteenth": 15, "twentieth": 20,
        "thirtieth": 30,
    ]
    private static let large = ["thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000]

    /// Reads one token or two, and says how many.
    private mutating func read(_ tokens: ArraySlice<String>) -> Int {
        guard let token = tokens.first else { return 1 }
        let next = tokens.dropFirst().first ?? ""
        if let value = Int(token) {
            finish()
            guard let factor = Self.large[next] else {
                emit(token)
                return 1
            }
            emit(String(value * factor))
            return 2
        }
        if let count = ["double": 2, "triple": 3][token], let digit = Self.small[next], digit < 10 {
            finish()
            emit(String(repeating: String(digit), count: count))
            return 2
        }
        add(token)
        return 1
    }

    private mutating func add(_ token: String) {
        if let value = Self.small[token] ?? Self.ordinals[token] {
            if value == 0 || value >= room || group == nil { finish() }
            group = (group ?? 0) + value
            room = value >= 20 && value < 100 ? 10 : 0
            if value == 0 || Self.ordinals[token] != nil { finish() }
        } else if token == "hundred", let count = group, (1..<100).contains(count) {
            (group, room) = (count * 100, 100)
        } else if let factor = Self.large[token], let count = group, count > 0, factor < magnitude {
            total += count * factor
            (group, room, magnitude) = (0, 1000, factor)
        } else if token == "and", group != nil, room >= 100 {
            // One hundred and five.
        } else if token == "and" || token == "," {
            finish()
        } else {
            finish()
            atoms.append(token)
            isBehindNumber = false
        }
    }

    private mutating func finish() {
        if let group { emit(String(total + group)) }
        (total, group, room, magnitude) = (0, nil, 0, Int.max)
    }

    private mutating func emit(_ digits: String) {
        if isBehindNumber, let last = atoms.popLast() {
            atoms.append(last + digits)
        } else {
            atoms.append(digits)
        }
        isBehindNumber = true
    }
}
