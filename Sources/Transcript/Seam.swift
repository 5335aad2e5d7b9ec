/// How pieces of text that follow each other are joined.
public enum Seam {
    /// A space, or nothing where white space is there already, where one side is empty, or where
    /// either side is written without spaces; but a Latin word beside a Chinese character has one.
    public static func separator(between left: String, and right: String) -> String {
        guard let last = left.unicodeScalars.last, let first = right.unicodeScalars.first else {
            return ""
        }
        if last.isHan && first.isWordPart || last.isWordPart && first.isHan { return " " }
        let needsNone = [last, first].contains { scalar in
            scalar.properties.isWhitespace || isUnspaced(scalar)
        }
        return needsNone ? "" : " "
    }

    /// Han, kana, and the full-width punctuation that goes with them.
    package static func isUnspaced(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x2E80...0x9FFF, 0xF900...0xFAFF, 0xFF00...0xFFEF, 0x20000...0x3FFFF: true
        default: false
        }
    }
}
