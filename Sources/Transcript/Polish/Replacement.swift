/// What a user wants to be written in another way.
public struct Replacement: Hashable, Sendable {
    /// What is looked for. A literal pattern matches wherever it stands, also inside words, with its capitals.
    public var pattern: String
    /// What stands there instead, empty for nothing. For a regular expression `$1` is what its first group
    /// matched, and `\` takes the next character as it is.
    public var replacement: String
    /// Whether the pattern is a regular expression (ICU's) and not literal.
    public var isRegularExpression: Bool

    /// Joins the parts.
    public init(pattern: String, replacement: String, isRegularExpression: Bool = false) {
        self.pattern = pattern
        self.replacement = replacement
        self.isRegularExpression = isRegularExpression
    }
}
