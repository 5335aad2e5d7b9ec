/// What a user wants to be written in another way.
public struct Replacement: Hashable, Sendable {
    /// What is looked for.
    public var pattern: String
    /// What stands there instead; in a regular expression `$1` is what its first group matched.
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
