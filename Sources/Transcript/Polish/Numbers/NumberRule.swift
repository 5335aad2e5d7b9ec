/// Spoken numbers in digits, where only one number can be meant.
enum NumberRule {
    /// Edits in order that do not overlap.
    ///
    /// Chinese has rules for Chinese, and those for English where Latin words stand in it.
    static func edits(_ text: [Unicode.Scalar], _ family: TextPolish.Family) -> [TextEdit] {
        switch family {
        case .chinese, .cantonese:
            let edits = ChineseNumbers.edits(text) + EnglishNumbers.edits(text)
            return edits.sorted { $0.range.lowerBound < $1.range.lowerBound }
        case .english:
            return EnglishNumbers.edits(text)
        case .japanese, .other:
            return []
        }
    }
}
