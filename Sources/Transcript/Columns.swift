// Widths in a fixed-width font, on a terminal or in a subtitle: Chinese, Japanese and Korean characters and
// emoji take two columns, accents none.

extension Character {
    /// Columns of a fixed-width font: 0, 1 or 2.
    public var columnCount: Int {
        if let ascii = asciiValue { return ascii >= 0x20 && ascii != 0x7F ? 1 : 0 }
        return min(2, unicodeScalars.reduce(0) { $0 + $1.columnCount })
    }
}

extension String {
    /// Columns of a fixed-width font.
    public var columnCount: Int { reduce(0) { $0 + $1.columnCount } }
}

extension Unicode.Scalar {
    fileprivate var columnCount: Int {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: return isWide || properties.isEmojiPresentation ? 2 : 1
        }
    }

    /// Source: EastAsianWidth.txt, W and F, without the emoji.
    private var isWide: Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97C,
            0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
            0x17000...0x18CFF, 0x1B000...0x1B2FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
