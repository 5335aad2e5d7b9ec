/// Widths on a terminal: Chinese, Japanese and Korean characters and emoji take two columns, accents none.
extension Character {
    var columnCount: Int {
        min(2, unicodeScalars.reduce(0) { $0 + $1.columnCount })
    }
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

extension String {
    var columnCount: Int { reduce(0) { $0 + $1.columnCount } }

    /// As much of the start as fits, with `…` for the rest.
    func start(columns: Int) -> String {
        guard columnCount > columns else { return self }
        guard columns > 0 else { return "" }
        return Self.fitting(self, columns - 1) + "…"
    }

    /// As much of the end as fits, with `…` for the rest.
    func end(columns: Int) -> String {
        guard columnCount > columns else { return self }
        guard columns > 0 else { return "" }
        return "…" + String(Self.fitting(String(reversed()), columns - 1).reversed())
    }

    private static func fitting(_ text: String, _ columns: Int) -> String {
        var used = 0
        return String(
            text.prefix { character in
                used += character.columnCount
                return used <= columns
            })
    }

    /// Without what a terminal would obey.
    func replacingControls(by replacement: Unicode.Scalar) -> String {
        let scalars = unicodeScalars.map { scalar -> Unicode.Scalar in
            scalar.properties.generalCategory == .control ? replacement : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
