/// Makes text easier to read without changing what was said: marks, spaces, capitals, numbers, script.
///
/// What is done depends on the language, because a rule that is right for one is wrong for another.
struct TextPolish {
    let options: PolishOptions

    /// Which rules a language has.
    enum Family: Hashable {
        case chinese, cantonese, japanese, english, other

        /// - Parameter language: English name, as in ``Language/name``.
        init(language: String) {
            self =
                switch language {
                case "Chinese": .chinese
                case "Cantonese": .cantonese
                case "Japanese": .japanese
                case "English": .english
                default: .other
                }
        }

        var isChinese: Bool { self == .chinese || self == .cantonese }
    }

    /// What makes the text of one segment easier to read.
    ///
    /// - Parameters:
    ///   - language: English name; empty where the model found none.
    ///   - beginsSentence: whether the text before it, if there is any, ended a sentence.
    func changes(to text: String, language: String, beginsSentence: Bool = true) -> [TextChange] {
        let family = Family(language: language)
        var edited = EditedText(text)
        for rule in PolishRule.allCases where options.rules.contains(rule) {
            let edits = edits(rule, edited.scalars, family, beginsSentence)
            edited.apply(edits, by: rule)
        }
        return edited.changes
    }

    private func edits(
        _ rule: PolishRule, _ text: [Unicode.Scalar], _ family: Family, _ beginsSentence: Bool
    ) -> [TextEdit] {
        switch rule {
        case .script, .particles, .stutter, .numbers, .names, .punctuation, .spacing, .sentences,
            .replacements:
            []
        }
    }
}
