/// Chinese characters in the script that the reader wants.
///
/// Characters that are the same in both scripts or that belong to another language stay: only runs of Han are
/// converted, and in Japanese, or beside kana, none.
struct ScriptRule {
    let family: TextPolish.Family
    let direction: ChineseConverter.Direction
    private let converter: ChineseConverter
    /// To tell a text that is traditional already.
    private let simplifier: ChineseConverter

    /// `nil` where nothing is to be converted.
    ///
    /// English is spoken with Chinese names in it, which are written like the rest; what other languages
    /// write with Han (Korean, old Vietnamese) is not Chinese.
    init?(_ script: ChineseScript, _ family: TextPolish.Family) throws(PolishError) {
        guard family.isChinese || family == .english, let direction = Self.direction(script, family)
        else { return nil }
        self.family = family
        self.direction = direction
        converter = try .shared(direction)
        simplifier = try .shared(.simplified)
    }

    /// Traditional Mandarin is written as in Taiwan, where most of its readers are; Cantonese as in Hong Kong.
    private static func direction(
        _ script: ChineseScript, _ family: TextPolish.Family
    ) -> ChineseConverter.Direction? {
        switch script {
        case .simplified: .simplified
        case .heard: nil
        case .traditional: family == .cantonese ? .hongKong : .taiwan
        }
    }

    /// Opens every dictionary that segments may need.
    static func check(_ script: ChineseScript) throws(PolishError) {
        for family in [TextPolish.Family.chinese, .cantonese] {
            _ = try ScriptRule(script, family)
        }
    }

    func edits(_ text: [Unicode.Scalar]) throws(PolishError) -> [TextEdit] {
        let isSpared = family == .english && text.contains(where: \.isKana)
        guard !isSpared, text.contains(where: \.isHan) else { return [] }
        let sparesAmbiguous =
            direction == .simplified ? false : try isTraditional(text)
        var edits: [TextEdit] = []
        for run in Self.hanRuns(text) {
            let converted = try converter.convert(text[run])
            guard converted.count == run.count else {
                let replacement = String(String.UnicodeScalarView(converted))
                edits.append(TextEdit(range: run, replacement: replacement))
                continue
            }
            for (index, found) in zip(run, converted) {
                if sparesAmbiguous, Self.ambiguous.contains(text[index]) { continue }
                let wanted = corrected(found, in: text, at: index)
                guard wanted != text[index] else { continue }
                edits.append(
                    TextEdit(range: index..<index + 1, replacement: String(Character(wanted))))
            }
        }
        return edits
    }

    /// Runs of Han, but for those that touch kana: they may be Japanese.
    private static func hanRuns(_ text: [Unicode.Scalar]) -> [Range<Int>] {
        var (runs, index) = ([Range<Int>](), 0)
        while index < text.count {
            guard text[index].isHan else {
                index += 1
                continue
            }
            let end = text[index...].firstIndex { !$0.isHan } ?? text.count
            let touchesKana =
                (index > 0 && text[index - 1].isKana) || (end < text.count && text[end].isKana)
            if !touchesKana { runs.append(index..<end) }
            index = end
        }
        return runs
    }

    /// Whether at least as many characters can only be traditional as can only be simplified. In such a text 后
    /// and 里 are meant as they stand: 太后 must not become 太後.
    private func isTraditional(_ text: [Unicode.Scalar]) throws(PolishError) -> Bool {
        let han = text.filter { $0.isHan && !Self.cantonese.contains($0) }
        // One by one: a line break ends every phrase.
        let apart: [Unicode.Scalar] = Array(han.map { [$0, "\n"] }.joined())
        let simple = try simplifier.convert(apart)
        let full = try converter.convert(apart)
        guard simple.count == apart.count, full.count == apart.count else { return false }
        var (traditional, simplified) = (0, 0)
        for index in apart.indices {
            let scalar = apart[index]
            if simple[index] != scalar || Self.alsoTraditional.contains(scalar) {
                traditional += 1
            } else if full[index] != scalar, !Self.ambiguous.contains(scalar) {
                simplified += 1
            }
        }
        return traditional > 0 && traditional >= simplified
    }
}
