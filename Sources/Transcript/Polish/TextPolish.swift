/// Makes text easier to read without changing what was said: marks, spaces, capitals, numbers, script.
///
/// What is done depends on the language, because a rule that is right for one is wrong for another.
package struct TextPolish: Sendable {
    let options: PolishOptions
    private let names: [Family: KnownNames]
    private let replacers: [Result<Replacer, PolishError>]

    package init(_ options: PolishOptions) {
        self.options = options
        names = Dictionary(
            uniqueKeysWithValues: Family.allCases.map {
                ($0, KnownNames(family: $0, hotWords: options.hotWords))
            })
        replacers = options.replacements.map { replacement in
            Result { () throws(PolishError) in try Replacer(replacement) }
        }
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
        polish(text, language: language, beginsSentence: beginsSentence).changes
    }

    /// The same, with what could not be done about it: such a rule left the text as it was.
    package func polish(
        _ text: String, language: String, beginsSentence: Bool = true
    ) -> (changes: [TextChange], problems: [PolishError]) {
        let place = Place(
            family: Family(language: language), language: language, beginsSentence: beginsSentence)
        var (edited, problems) = (EditedText(text), [PolishError]())
        func apply(
            _ rule: PolishRule, _ edits: ([Unicode.Scalar]) throws(PolishError) -> [TextEdit]
        ) {
            do throws(PolishError) {
                edited.apply(try edits(edited.scalars), by: rule)
            } catch {
                if !problems.contains(error) { problems.append(error) }
            }
        }
        let rules = PolishRule.allCases.filter(options.rules.contains)
        // A rule may make room for one before it: a mark that is wide now wants no space.
        for _ in 0..<Self.mostRounds {
            let before = edited.scalars
            for rule in rules {
                apply(rule) { (text) throws(PolishError) in try edits(rule, text, place) }
            }
            if edited.scalars == before { break }
        }
        // What the user asked for is done once, and nothing is done to it.
        let limit = 10 * edited.scalars.count + 1000
        for replacer in replacers where options.rules.contains(.replacements) {
            apply(.replacements) { (text) throws(PolishError) in
                try replacer.get().edits(text, limit: limit)
            }
        }
        return (edited.changes, problems)
    }

    /// Three are usual; the rules do not undo each other.
    private static let mostRounds = 8

    private struct Place {
        let family: Family
        let language: String
        let beginsSentence: Bool
    }

    private func edits(
        _ rule: PolishRule, _ text: [Unicode.Scalar], _ place: Place
    ) throws(PolishError) -> [TextEdit] {
        let family = place.family
        let isKnown = family.isChinese || family == .english
        switch rule {
        case .script: return try ScriptRule(options.script, family)?.edits(text) ?? []
        case .particles: return family == .chinese ? ParticleRule.edits(text) : []
        case .stutter:
            return isKnown ? Stutter.edits(text, isChinese: family.isChinese) : []
        case .numbers: return NumberRule.edits(text, family)
        case .names: return names[family]?.edits(text) ?? []
        case .punctuation:
            let marks = Punctuation(text, isChinese: family.isChinese)
            let width = isKnown ? marks.widthEdits : []
            return width.isEmpty ? marks.doubledEdits : width
        case .spacing: return Spacing(text, family).edits
        case .sentences:
            guard !family.isChinese else { return [] }
            return Sentences.capitals(
                text, language: place.language, beginsSentence: place.beginsSentence)
        case .replacements: return []
        }
    }
}
