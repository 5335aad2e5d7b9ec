/// A kind of change that makes text easier to read. Each can be switched off; they are applied in this order.
public enum PolishRule: String, Hashable, Sendable, CaseIterable, Codable {
    /// Simplified or traditional Chinese characters.
    case script
    /// Full- and half-width marks, and doubled ones.
    case punctuation
    /// 的, 地, 得 and 在, 再, where only one of them can be meant.
    case particles
    /// Words that were said twice by mistake.
    case stutter
    /// Numbers, dates, amounts and the like in digits.
    case numbers
    /// Capitals of acronyms and names; spelling of hot words.
    case names
    /// Spaces between Chinese and other text, and around marks.
    case spacing
    /// A capital at the start of a sentence, a mark at its end.
    case sentences
    /// What the user asked to replace.
    case replacements
}

/// The characters in which Chinese is written.
public enum ChineseScript: String, Hashable, Sendable, CaseIterable, Codable {
    /// As in mainland China and Singapore.
    case simplified
    /// As the model wrote it.
    case heard
    /// As in Hong Kong and Taiwan.
    case traditional
}
