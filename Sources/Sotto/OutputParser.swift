import Transcript

/// Takes the model's answer apart: `language English<asr_text>The words.`
package struct OutputParser: Sendable {
    /// What an answer says.
    package struct Answer: Hashable, Sendable {
        /// English name as the model gave it; empty if it gave none or heard no speech.
        package let language: String
        package let text: String
    }

    static let mark = "<asr_text>"

    /// English name of the language that was forced; the answer then has no header.
    private let forcedLanguage: String?
    /// Whether long repetitions are scrubbed, as the official package does.
    private let cleansRepetition: Bool

    package init(forcedLanguage: String?, cleansRepetition: Bool = false) {
        self.forcedLanguage = forcedLanguage
        self.cleansRepetition = cleansRepetition
    }

    /// Parses a complete answer.
    package func parse(_ raw: String) -> Answer {
        let stripped = raw.strippingWhitespace()
        guard !stripped.isEmpty else { return Answer(language: "", text: "") }
        let answer = cleansRepetition ? withoutRepetition(stripped) : stripped
        if let forcedLanguage { return Answer(language: forcedLanguage, text: answer) }
        guard let mark = answer.firstRange(of: Self.mark) else {
            return Answer(language: "", text: answer.strippingWhitespace())
        }
        let header = answer[..<mark.lowerBound]
        let text = answer[mark.upperBound...].strippingWhitespace()
        guard !header.lowercased().contains("language none") else {
            return Answer(language: "", text: text)
        }
        return Answer(language: language(in: header), text: text)
    }

    /// The text that can be shown while the answer is still coming: without the header, and without
    /// white space at the end, which the complete answer may lose.
    package func visibleText(_ rawSoFar: String) -> String {
        let stripped = rawSoFar.strippingWhitespace()
        guard forcedLanguage == nil else { return stripped }
        if let mark = stripped.firstRange(of: Self.mark) {
            return stripped[mark.upperBound...].strippingWhitespace()
        }
        // Nothing yet: the header may still be on its way.
        return ""
    }

    /// The name in the first line that begins with `language `.
    private func language(in header: Substring) -> String {
        let prefix = "language "
        for line in header.split(whereSeparator: \.isNewline) {
            let stripped = line.strippingWhitespace()
            // Stripping may have taken the space of a line without a name.
            guard (stripped + " ").lowercased().hasPrefix(prefix) else { continue }
            return normalisedLanguageName(String(stripped.dropFirst(prefix.count)))
        }
        return ""
    }
}
