/// What a person can choose about the polish of a text.
public struct PolishOptions: Hashable, Sendable {
    /// The rules that are applied; none leaves the text as the model wrote it.
    public var rules: Set<PolishRule>
    /// How Chinese is written, if ``PolishRule/script`` is applied.
    public var script: ChineseScript
    /// Words whose spelling is known: names and terms. Text that spells one with other capitals is changed.
    public var hotWords: [String]
    /// What is replaced after all else, in this order.
    public var replacements: [Replacement]

    /// - Parameter rules: all but ``PolishRule/stutter`` by default, because who says a word twice may mean it.
    public init(
        rules: Set<PolishRule> = Set(PolishRule.allCases).subtracting([.stutter]),
        script: ChineseScript = .simplified, hotWords: [String] = [],
        replacements: [Replacement] = []
    ) {
        self.rules = rules
        self.script = script
        self.hotWords = hotWords
        self.replacements = replacements
    }

    /// Tries whether all that was chosen can be done, so that a mistake is told before hours of work. Options
    /// that were not tried say the same about every segment.
    public func check() throws(PolishError) {
        if rules.contains(.script) { try ScriptRule.check(script) }
        guard rules.contains(.replacements) else { return }
        for replacement in replacements { _ = try Replacer(replacement) }
    }

    /// Leaves the text as the model wrote it.
    public static let none = PolishOptions(rules: [])
}
