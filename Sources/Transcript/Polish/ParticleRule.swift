/// 的, 地 and 得, which sound the same, and 在 and 再: changed where only another of them can be meant.
///
/// Of two readings the one that was written stays. 他说的很对 can be "what he says is right", so it stays.
enum ParticleRule {
    static func edits(_ text: [Unicode.Scalar]) -> [TextEdit] {
        let simplified = text.map(ParticlePattern.simplified)
        return text.indices.compactMap { index in
            guard let patterns = patterns[text[index]],
                let pattern = patterns.first(where: { $0.matches(simplified, at: index) })
            else { return nil }
            let meant = String(Character(pattern.meant))
            return TextEdit(range: index..<index + 1, replacement: meant)
        }
    }

    static let all = complements + adverbs + attributes + places + repetitions

    private static let patterns = Dictionary(grouping: all, by: \.found)
}
