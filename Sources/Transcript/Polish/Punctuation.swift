/// Marks as wide as the text around them, and none twice.
struct Punctuation {
    private let text: [Unicode.Scalar]
    private let isChinese: Bool
    private let addresses: [Range<Int>]

    init(_ text: [Unicode.Scalar], isChinese: Bool) {
        self.text = text
        self.isChinese = isChinese
        addresses = text.addresses
    }

    private static let wide: [Unicode.Scalar: Unicode.Scalar] = [
        ",": "，", ".": "。", "?": "？", "!": "！", ";": "；", ":": "：",
    ]
    private static let narrow: [Unicode.Scalar: Unicode.Scalar] = [
        "，": ",", "。": ".", "？": "?", "！": "!", "；": ";", "：": ":", "、": ",",
    ]

    /// Marks of Chinese text become wide, those of other text narrow.
    var widthEdits: [TextEdit] {
        let edits = isChinese ? wideMarks + wideBrackets + quotes : narrowMarks
        return edits.sorted { $0.range.lowerBound < $1.range.lowerBound }
    }

    private var wideMarks: [TextEdit] {
        var (edits, index) = ([TextEdit](), 0)
        while index < text.count {
            let run = text[index...].prefix { $0 == text[index] }.count
            defer { index += run }
            guard let mark = Self.wide[text[index]], isAmongChinese(index, run) else { continue }
            if text[index] == "." && run > 1 {
                // Dots that trail off.
                edits.append(TextEdit(range: index..<index + run, replacement: "……"))
            } else {
                for place in index..<index + run {
                    edits.append(TextEdit(range: place..<place + 1, replacement: String(mark)))
                }
            }
        }
        return edits
    }

    /// Whether a mark belongs to Chinese text: it comes after it, or before it and after a word.
    private func isAmongChinese(_ index: Int, _ count: Int) -> Bool {
        guard !addresses.cover(index), let before = text.before(index) else { return false }
        let (next, after) = (text[at: index + count], text.from(index + count))
        // 3:30, 1,000, .NET.
        if before.isDigit && next?.isDigit == true { return false }
        if text[index] == "." && (next?.isWordPart == true || isListNumber(before: index)) {
            return false
        }
        if before.isHan || "」』》）”’".unicodeScalars.contains(before) { return true }
        return (before.isWordPart || "%)\"'".unicodeScalars.contains(before))
            && after?.isHan == true
    }

    /// Whether a dot ends the number at the start of a line or sentence: `2.`, `3.1.`.
    private func isListNumber(before dot: Int) -> Bool {
        let start = text[..<dot].lastIndex { !$0.isDigit && $0 != "." }
        guard (start ?? -1) + 1 < dot, text[dot - 1].isDigit else { return false }
        let before = start.flatMap { text[$0].isNewline ? nil : text.before($0 + 1) }
        return before.map { "。！？；：".unicodeScalars.contains($0) } ?? true
    }

    /// Brackets around Chinese.
    private var wideBrackets: [TextEdit] {
        var (edits, open) = ([TextEdit](), [Int]())
        for (index, scalar) in text.enumerated() where !addresses.cover(index) {
            if scalar == "(" { open.append(index) }
            guard scalar == ")", let start = open.popLast() else { continue }
            if text[start..<index].contains(where: \.isHan) {
                edits.append(TextEdit(range: start..<start + 1, replacement: "（"))
                edits.append(TextEdit(range: index..<index + 1, replacement: "）"))
            }
        }
        return edits
    }

    /// Straight quotation marks around Chinese become a pair.
    private var quotes: [TextEdit] {
        let places = text.indices.filter { text[$0] == "\"" && !addresses.cover($0) }
        // After a number it may be inches.
        guard places.count.isMultiple(of: 2),
            !places.contains(where: { text[at: $0 - 1]?.isDigit == true })
        else { return [] }
        return stride(from: 0, to: places.count, by: 2).flatMap { index -> [TextEdit] in
            let (start, end) = (places[index], places[index + 1])
            guard text[start..<end].contains(where: \.isHan) else { return [] }
            return [
                TextEdit(range: start..<start + 1, replacement: "“"),
                TextEdit(range: end..<end + 1, replacement: "”"),
            ]
        }
    }

    /// Wide marks between words of other scripts.
    private var narrowMarks: [TextEdit] {
        text.indices.compactMap { index in
            guard let mark = Self.narrow[text[index]], let before = text.before(index),
                before.isWordPart || "%)\"'’”".unicodeScalars.contains(before)
            else { return nil }
            let after = text.from(index + 1)
            guard after == nil || after?.isWordPart == true else { return nil }
            let next = text[at: index + 1]
            let space = next == nil || next?.isSpace == true ? "" : " "
            return TextEdit(range: index..<index + 1, replacement: String(mark) + space)
        }
    }

    /// Of several marks in a row, the one that says most.
    var doubledEdits: [TextEdit] {
        var (edits, index) = ([TextEdit](), 0)
        while index < text.count {
            let run = text[index...].prefix { Self.rank($0) != nil }
            // 0..5, ../file, a?.b
            let next = text[at: index + run.count]
            let isCode = run.contains(".") && (next?.isWordPart == true || next == "/")
            guard run.count > 1, !isCode, !addresses.cover(index), let kept = Self.kept(run) else {
                index += max(1, run.count)
                continue
            }
            edits.append(TextEdit(range: index..<index + run.count, replacement: kept))
            index += run.count
        }
        return edits
    }

    /// A mark's weight among others; `nil` for what is no mark that can be doubled by mistake.
    private static func rank(_ scalar: Unicode.Scalar) -> Int? {
        switch scalar {
        case ",", "，", "、": 0
        case ";", "；", ":", "：": 1
        case ".", "。": 2
        case "!", "！": 3
        case "?", "？": 4
        default: nil
        }
    }

    /// - Returns: what is left of some marks in a row; `nil` where they may be meant.
    private static func kept(_ marks: ArraySlice<Unicode.Scalar>) -> String? {
        let kinds = Set(marks)
        // Dots that trail off; surprise; `etc.,`; `a.m.?`; `::`.
        if kinds == ["."] { return marks.count == 2 ? "." : nil }
        if marks.count(where: { $0 == "." }) > 1 { return nil }
        if kinds.isSubset(of: ["?", "!", "？", "！"]) && kinds.count > 1 { return nil }
        if marks.first == "." { return nil }
        if kinds.isSubset(of: [":", "：", ";"]) { return nil }
        let best = marks.max { (rank($0) ?? 0) < (rank($1) ?? 0) }
        return best.map { String($0) }
    }
}
