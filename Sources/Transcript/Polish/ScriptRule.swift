/// Chinese characters in the script that the reader wants.
///
/// Characters that are the same in both scripts or that belong to another language stay: only runs of Han are
/// converted, and in Japanese, or beside kana, none.
struct ScriptRule {
    let family: TextPolish.Family
    let direction: ChineseConverter.Direction
    private let converter: ChineseConverter
    /// To tell a text that is traditional already.
    let simplifier: ChineseConverter

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
        let runs = isSpared ? [] : Self.hanRuns(text)
        guard !runs.isEmpty else { return [] }
        let (isTraditional, spared) = try judge(runs.map { text[$0] })
        var edits: [TextEdit] = []
        for run in runs {
            let converted = try converter.convert(text[run])
            guard converted.count == run.count else {
                let replacement = String(String.UnicodeScalarView(converted))
                edits.append(TextEdit(range: run, replacement: replacement))
                continue
            }
            let wanted = try corrected(
                converted, from: Array(text[run]), isTraditional: isTraditional)
            for (index, scalar) in zip(run, wanted)
            where scalar != text[index] && !spared.contains(text[index]) {
                let replacement = String(Character(scalar))
                edits.append(TextEdit(range: index..<index + 1, replacement: replacement))
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

    /// Whether text is traditional, and which characters are meant as they stand because the text is in the
    /// wanted script already: in simplified text those that belong to it, too (乾); in traditional text all
    /// that are not simplified only, so that 太后 does not become 太後, and 羣 stays where somebody wrote it.
    private func judge(
        _ runs: [ArraySlice<Unicode.Scalar>]
    ) throws(PolishError) -> (isTraditional: Bool, spared: Set<Unicode.Scalar>) {
        let han = runs.joined().filter { !Self.cantonese.contains($0) }
        // One by one: a line break ends every phrase.
        let apart: [Unicode.Scalar] = Array(han.map { [$0, "\n"] }.joined())
        let simple = try simplifier.convert(apart)
        let full = try converter.convert(apart)
        guard simple.count == apart.count, full.count == apart.count else { return (false, []) }
        var traditional: [Unicode.Scalar] = []
        var simplifiedCount = 0
        for (index, scalar) in apart.enumerated() {
            if simple[index] != scalar && !simple[index].isRareHan {
                traditional.append(scalar)
            } else if Self.alsoTraditional.contains(scalar) {
                traditional.append(scalar)
            } else if full[index] != scalar, !Self.ambiguous.contains(scalar) {
                simplifiedCount += 1
            }
        }
        if direction == .simplified {
            let isTraditional = !traditional.allSatisfy(Self.inBoth.contains)
            return (isTraditional, isTraditional ? [] : Self.alsoSimplified)
        }
        let isTraditional = !traditional.isEmpty && traditional.count >= simplifiedCount
        return (isTraditional, isTraditional ? Self.ambiguous.union(traditional) : [])
    }

    private static let inBoth = alsoSimplified.union(alsoTraditional)
}
