/// Spaces where the scripts of a text want them.
struct Spacing {
    private let text: [Unicode.Scalar]
    private let family: TextPolish.Family
    private let addresses: [Range<Int>]

    init(_ text: [Unicode.Scalar], _ family: TextPolish.Family) {
        self.text = text
        self.family = family
        addresses = text.addresses
    }

    var edits: [TextEdit] {
        var (edits, index) = ([TextEdit](), 0)
        while index <= text.count {
            let spaces = index < text.count ? text[index...].prefix { $0.isSpace }.count : 0
            let end = index + spaces
            let wanted = wanted(text[at: index - 1], text[at: end], spaces: spaces, at: end)
            if let wanted, wanted != text.string(index..<end) {
                edits.append(TextEdit(range: index..<end, replacement: wanted))
            }
            index = end + 1
        }
        return edits
    }

    /// - Returns: what should stand between two scalars; `nil` for what does.
    private func wanted(
        _ left: Unicode.Scalar?, _ right: Unicode.Scalar?, spaces: Int, at index: Int
    ) -> String? {
        let hasSpace = spaces > 0
        guard let left, let right else { return hasSpace ? "" : nil }
        guard family.isChinese || family == .english else { return spaces > 1 ? " " : nil }
        if left.isNewline || right.isNewline { return hasSpace ? "" : nil }
        if family.isChinese {
            if left.isHan && right.isHan { return hasSpace && isSpelled(around: index) ? "" : nil }
            if let space = amongChinese(left, right) { return space }
        }
        if hasSpace { return isBeforeMark(right, at: index) ? "" : " " }
        return needsSpace(left, right, at: index) ? " " : nil
    }

    /// Words of a letter and a character: A股, T恤, U盘, X光.
    private static let words: Set<[Unicode.Scalar]> = Set(
        [
            "A股", "B股", "H股", "T恤", "U盘", "U盤", "X光", "K歌", "Q版", "B超", "V领", "V領",
            "A型", "B型", "O型", "A级", "A級", "P图", "P圖", "e人", "i人",
        ].map { Array($0.unicodeScalars) })

    private func amongChinese(_ left: Unicode.Scalar, _ right: Unicode.Scalar) -> String? {
        if Self.words.contains([left, right]) { return "" }
        // Dots and dashes among Latin words are as wide as in their own language.
        let isLatin = left.isWordPart || right.isWordPart
        let isShared = "…—".unicodeScalars.contains(left) || "…—".unicodeScalars.contains(right)
        if isLatin && isShared { return nil }
        if left.isWideMark || right.isWideMark { return "" }
        if left.isHan && (right.isWordPart || "$€£¥#".unicodeScalars.contains(right)) { return " " }
        if right.isHan && (left.isWordPart || "%‰℃°+#".unicodeScalars.contains(left)) { return " " }
        return nil
    }

    /// Whether a space before a place is between single characters, and not between phrases, where it may stand
    /// for a mark.
    private func isSpelled(around index: Int) -> Bool {
        let left = text[..<index].lastIndex { !$0.isSpace } ?? 0
        return text[at: left - 1]?.isHan != true || text[at: index + 1]?.isHan != true
    }

    /// Whether a space is in front of a mark that belongs to the word before it.
    private func isBeforeMark(_ mark: Unicode.Scalar, at index: Int) -> Bool {
        // A dot may begin a name, `.NET`; a comma begins nothing.
        if ",;".unicodeScalars.contains(mark) { return true }
        guard ".:!?".unicodeScalars.contains(mark) else { return false }
        return text[at: index + 1].map { $0.isSpace || $0.isNewline } ?? true
    }

    /// Whether a mark and the word after it have grown together.
    private func needsSpace(
        _ mark: Unicode.Scalar, _ right: Unicode.Scalar, at index: Int
    ) -> Bool {
        guard family == .english, !addresses.cover(index), text[at: index - 2]?.isLatin == true
        else { return false }
        switch mark {
        case ",", ";": return right.isLatin
        case "?", "!": return right.isUppercase
        default: return false
        }
    }
}

extension Unicode.Scalar {
    var isNewline: Bool { self == "\n" || self == "\r" || value == 0x2028 || value == 0x2029 }
}
