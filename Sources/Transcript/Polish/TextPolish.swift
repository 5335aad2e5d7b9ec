/// Makes text easier to read without changing what was said: marks, spaces, capitals, numbers, script.
///
/// What is done depends on the language, because a rule that is right for one is wrong for another.
struct TextPolish {
    let options: PolishOptions
    private let names: [Family: KnownNames]

    init(_ options: PolishOptions) {
        self.options = options
        names = Dictionary(
            uniqueKeysWithValues: Family.allCases.map {
                ($0, KnownNames(family: $0, hotWords: options.hotWords))
            })
    }

    /// Which rules a language has.
    enum Family: Hashable, CaseIterable {
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
        let place = Place(
            family: Family(language: language), language: language, beginsSentence: beginsSentence)
        var edited = EditedText(text)
        let rules = PolishRule.allCases.filter(options.rules.contains)
        // A rule may make room for one before it: a mark that is wide now wants no space.
        for _ in 0..<Self.mostRounds {
            let before = edited.scalars
            for rule in rules where rule != .replacements { apply(rule, to: &edited, place) }
            if edited.scalars == before { break }
        }
        return edited.changes
    }

    /// Two are usual; the rules do not undo each other.
    private static let mostRounds = 8

    private struct Place {
        let family: Family
        let language: String
        let beginsSentence: Bool
    }

    private func apply(_ rule: PolishRule, to text: inout EditedText, _ place: Place) {
        let family = place.family
        let isKnown = family.isChinese || family == .english
        switch rule {
        case .numbers:
            text.apply(NumberRule.edits(text.scalars, family), by: rule)
        case .script, .particles, .replacements:
            break
        case .stutter where isKnown:
            text.apply(Stutter.edits(text.scalars, isChinese: family.isChinese), by: rule)
        case .names:
            text.apply(names[family]?.edits(text.scalars) ?? [], by: rule)
        case .punctuation:
            if isKnown {
                let marks = Punctuation(text.scalars, isChinese: family.isChinese)
                text.apply(marks.widthEdits, by: rule)
            }
            let marks = Punctuation(text.scalars, isChinese: family.isChinese)
            text.apply(marks.doubledEdits, by: rule)
        case .spacing:
            text.apply(Spacing(text.scalars, family).edits, by: rule)
        case .sentences where !family.isChinese:
            let capitals = Sentences.capitals(
                text.scalars, language: place.language, beginsSentence: place.beginsSentence)
            text.apply(capitals, by: rule)
        case .stutter, .sentences:
            break
        }
    }
}
