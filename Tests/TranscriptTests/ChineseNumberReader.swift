/// Reads Chinese text with its numbers in words or in digits, to find out whether two texts say the same.
///
/// It shares nothing with what it judges, and knows no idioms and no units: a number is whatever numerals follow
/// each other, right or wrong, so that text that stays is read in the same way twice.
struct ChineseNumberReader {
    private let text: [Character]
    private var place = 0
    private var atoms: [String] = []

    /// Words and numbers in the order in which they are said; 点 and a decimal point are the same.
    static func atoms(_ text: String) -> [String] {
        var reader = ChineseNumberReader(text: Array(text))
        while reader.place < reader.text.count { reader.read() }
        return reader.atoms
    }

    private init(text: [Character]) { self.text = text }

    private static let digits: [Character: Int] = [
        "零": 0, "〇": 0, "一": 1, "幺": 1, "二": 2, "两": 2, "兩": 2, "三": 3, "四": 4, "五": 5,
        "六": 6, "七": 7, "八": 8, "九": 9,
    ]
    private static let places: [Character: Int] = [
        "十": 10, "百": 100, "千": 1000, "万": 10_000, "萬": 10_000, "亿": 100_000_000,
        "億": 100_000_000, "廿": 20, "卅": 30,
    ]

    private func digit(_ character: Character) -> Int? {
        Self.digits[character] ?? (character.isASCII ? character.wholeNumberValue : nil)
    }

    private func isNumeral(_ place: Int) -> Bool {
        place < text.count && (digit(text[place]) != nil || Self.places[text[place]] != nil)
    }

    private mutating func read() {
        if text[place...].starts(with: "百分之"), isNumeral(place + 3) {
            place += 3
            number()
            while place < text.count, "点點".contains(text[place]), isNumeral(place + 1) {
                atoms.append("point")
                place += 1
                number()
            }
            atoms.append("percent")
        } else if isNumeral(place) {
            number()
        } else {
            mark()
        }
    }

    private mutating func mark() {
        switch text[place] {
        case " ": break
        case "点", "點", ".": atoms.append("point")
        case "%": atoms.append("percent")
        case "负", "負", "-": atoms.append("minus")
        default: atoms.append(String(text[place]))
        }
        place += 1
    }

    /// Digits as they are where there are no places, else what they add up to.
    private mutating func number() {
        let start = place
        while isNumeral(place) { place += 1 }
        let numerals = text[start..<place]
        guard numerals.contains(where: { Self.places[$0] != nil }) else {
            atoms.append(numerals.compactMap(digit).map(String.init).joined())
            return
        }
        var (total, section, last, lowest) = (0.0, 0.0, nil as Double?, 10_000.0)
        for numeral in numerals {
            if let digit = digit(numeral) {
                last = (last ?? 0) * 10 + Double(digit)
                continue
            }
            let place = Double(Self.places[numeral] ?? 0)
            if place == 20 || place == 30 {
                section += place
                lowest = 10
            } else if place < lowest {
                section += (last ?? 1) * place
                lowest = place
            } else if place < 10_000 {
                // 二十五千米: the place counts all before it.
                (total, section) = (0, (total + section + (last ?? 0)) * place)
            } else {
                total = (total + section + (last ?? 0)) * (place == 10_000 ? 1 : place / 10_000)
                (total, section, lowest) = (total * 10_000, 0, 10_000)
            }
            last = nil
        }
        atoms.append(String(total + section + (last ?? 0)).replacing(".0", with: ""))
    }
}
