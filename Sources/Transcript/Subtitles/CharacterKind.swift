/// What a character is to the breaking of lines.
enum CharacterKind {
    case space
    case opening, closing
    /// The same marks of Chinese and Japanese width.
    case wideOpening, wideClosing
    /// A straight quotation mark: nobody knows on which side.
    case quote
    case digit
    /// 一, 二, 〇: numbers written in characters.
    case hanDigit
    /// %, °, €: it stays with the number beside it.
    case unit
    /// Chinese and Japanese characters.
    case ideograph
    /// Of a script with spaces between words.
    case letter
    /// Of a script without spaces that has no ideographs either, such as Thai.
    case joined
    case other

    init(_ character: Character) {
        guard let first = character.unicodeScalars.first else {
            self = .other
            return
        }
        self = Self.marks[first] ?? Self.kind(first)
    }

    private static func kind(_ scalar: Unicode.Scalar) -> CharacterKind {
        let category = scalar.properties.generalCategory
        switch scalar.value {
        case 0x20: return .space
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF: return .joined
        // Full-width letters form words.
        case 0xFF21...0xFF3A, 0xFF41...0xFF5A: return .letter
        default: break
        }
        switch category {
        case .decimalNumber: return .digit
        case .currencySymbol: return .unit
        case .nonspacingMark, .enclosingMark: return .closing
        default: break
        }
        if Seam.isUnspaced(scalar) { return .ideograph }
        return scalar.properties.isAlphabetic ? .letter : .other
    }

    /// Whether lines break beside it without a space.
    var isWide: Bool {
        switch self {
        case .wideOpening, .wideClosing, .hanDigit, .ideograph: true
        default: false
        }
    }

    /// Whether what is too wide for a line is cut between two of them.
    var mayBeCut: Bool {
        isWide || self == .joined
    }

    private static let marks: [Unicode.Scalar: CharacterKind] = {
        let lists: [(String, CharacterKind)] = [
            ("([{«¿¡‹„", .opening), (")]}»›,.;:!?’”%‰…–—", .closing),
            ("（［｛「『【《〈〔〖〘“‘", .wideOpening),
            ("）］｝」』】》〉〕〗〙。，、；：！？．・·～ー々％℃ゝゞヽヾぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ", .wideClosing),
            ("\"'", .quote), ("°′″", .unit), ("〇零一二三四五六七八九十百千万萬亿億两兩", .hanDigit),
        ]
        return Dictionary(
            lists.flatMap { list in list.0.unicodeScalars.map { ($0, list.1) } },
            uniquingKeysWith: { first, _ in first })
    }()
}
