import Testing

@testable import Transcript

@Suite struct ReplacementTests {
    private func replaced(
        _ text: String, _ replacements: Replacement..., language: String = "English"
    ) -> String {
        let options = PolishOptions(rules: [.replacements], replacements: replacements)
        let polish = TextPolish(options)
        return polish.changes(to: text, language: language).applied(to: text)
    }

    private func expression(_ pattern: String, _ replacement: String) -> Replacement {
        Replacement(pattern: pattern, replacement: replacement, isRegularExpression: true)
    }

    private func refusal(of replacement: Replacement) -> String {
        let options = PolishOptions(replacements: [replacement])
        do {
            try options.check()
            return "none"
        } catch {
            return "\(error.code): \(error)"
        }
    }

    @Test func `a literal pattern means what it says, wherever it stands`() {
        let dot = Replacement(pattern: "a.c", replacement: "$1")
        #expect(replaced("a.c abc xa.cx A.C", dot) == "$1 abc x$1x A.C")
        let sotto = Replacement(pattern: "搜托", replacement: "Sotto")
        #expect(replaced("我用搜托。搜托很好。", sotto, language: "Chinese") == "我用Sotto。Sotto很好。")
    }

    @Test func `replacements follow each other in their order`() {
        let first = Replacement(pattern: "aa", replacement: "b")
        let second = Replacement(pattern: "ba", replacement: "c")
        #expect(replaced("aaa", first, second) == "c")
        #expect(replaced("aaa", second, first) == "ba")
    }

    @Test func `what is found is not looked at again by the same replacement`() {
        #expect(replaced("aa", Replacement(pattern: "a", replacement: "aa")) == "aaaa")
    }

    @Test func `an empty replacement takes away`() {
        #expect(
            replaced("well, um, yes", Replacement(pattern: "um, ", replacement: "")) == "well, yes")
    }

    @Test(arguments: [
        ("(\\w+)@(\\w+)", "$2 at $1", "ann@home", "home at ann"),
        ("(\\d+) dollars", "\\$$1", "5 dollars", "$5"),
        ("dollars", "$", "5 dollars", "5 $"),
        ("(a)(b)", "$12", "ab", "a2"),
        ("x", "$0$0", "x", "xx"),
        ("(a)|b", "<$1>", "ab", "<a><>"),
        ("a", "\\\\", "a", "\\"),
        ("(?i)sotto", "Sotto", "SOTTO sotto", "Sotto Sotto"),
        ("\\bum\\b,? ?", "", "um, the album", "the album"),
        ("🙂(.)", "$1🙂", "é🙂好", "é好🙂"),
        ("^", "- ", "text", "- text"),
    ])
    func `an expression replaces with its groups`(
        pattern: String, replacement: String, text: String, expected: String
    ) {
        #expect(replaced(text, expression(pattern, replacement)) == expected)
    }

    @Test func `changes point at the raw text, behind characters of any width`() {
        let options = PolishOptions(
            rules: [.replacements], replacements: [expression("b+", "c")])
        #expect(
            TextPolish(options).changes(to: "🙂ébbb", language: "English")
                == [TextChange(range: 2..<5, replacement: "c", rules: [.replacements])])
    }

    @Test(arguments: [
        ("(", "expected ')'"), ("[a", "expected ']'"),
        ("*a", "quantifier '*' must appear after expression"),
        ("\\", "expected escape sequence"), ("(?P<x>a)", "it is not one of ICU's"),
    ])
    func `a bad expression is refused by name, with what is wrong`(pattern: String, reason: String)
    {
        #expect(
            refusal(of: expression(pattern, ""))
                == "polish_bad_expression: '\(pattern)' is no regular expression: \(reason). Correct it, or "
                + "make it a literal replacement.")
    }

    @Test(arguments: [
        ("$2", "there is no group 2, the pattern has 1"), ("${n}", "groups are written by number"),
        ("a\\", "nothing follows the last '\\'"),
    ])
    func `a bad replacement is refused by name, with what is wrong`(
        replacement: String, reason: String
    ) {
        #expect(
            refusal(of: expression("(a)", replacement))
                == "polish_bad_replacement: '\(replacement)' cannot replace '(a)': \(reason). Write '\\' "
                + "before a character that stands for itself.")
    }

    @Test(arguments: [false, true])
    func `a pattern that looks for nothing is refused`(isRegularExpression: Bool) {
        let replacement = Replacement(
            pattern: "", replacement: "x", isRegularExpression: isRegularExpression)
        #expect(
            refusal(of: replacement)
                == "polish_empty_pattern: A replacement by 'x' looks for nothing. Write what it replaces."
        )
    }

    @Test(arguments: ["(a+)+$", "(a|a)*c", "(a|aa)+$", "(.*)*x"])
    func `an expression that would take for ever is stopped and named, and the others go on`(
        pattern: String
    ) {
        let options = PolishOptions(
            rules: [.replacements],
            replacements: [
                expression(pattern, "!"), Replacement(pattern: "b", replacement: "c"),
            ])
        let text = String(repeating: "a", count: 40) + "b"
        let clock = ContinuousClock()
        let start = clock.now
        let (changes, problems) = TextPolish(options).polish(text, language: "English")
        #expect(clock.now - start < .seconds(10))
        #expect(problems == [.timedOut(pattern: pattern)])
        #expect(changes == [TextChange(range: 40..<41, replacement: "c", rules: [.replacements])])
        #expect(
            problems.first?.description
                == "The regular expression '\(pattern)' took too long on a segment, which stays as it was. "
                + "Repetitions inside repetitions take that long; write it without them.")
    }

    @Test
    func `an expression without repetitions inside repetitions is not stopped by a long text`() {
        let text = String(repeating: "uh yes ", count: 20_000)
        let options = PolishOptions(
            rules: [.replacements], replacements: [expression("\\b(uh|um)\\b ?", "")])
        let (changes, problems) = TextPolish(options).polish(text, language: "English")
        #expect(problems.isEmpty)
        #expect(changes.count == 20_000)
    }

    @Test func `an expression that needs too much memory is named`() {
        let options = PolishOptions(
            rules: [.replacements], replacements: [expression("(?:a|b)*c", "!")])
        let text = String(repeating: "ab", count: 2_000_000)
        let (changes, problems) = TextPolish(options).polish(text, language: "English")
        #expect(changes.isEmpty)
        #expect(problems == [.tooDeep(pattern: "(?:a|b)*c")])
    }

    @Test func `options that nobody checked say their mistake about every segment`() {
        let options = PolishOptions(rules: [.replacements], replacements: [expression("(", "")])
        let (changes, problems) = TextPolish(options).polish("a(", language: "English")
        #expect(changes.isEmpty)
        #expect(problems == [.badExpression(pattern: "(", reason: "expected ')'")])
    }

    @Test func `options without the rules that need something are always fine`() throws {
        var options = PolishOptions(replacements: [expression("(", "")])
        options.rules = [.numbers]
        try options.check()
        try PolishOptions().check()
        try PolishOptions(script: .traditional).check()
    }

    @Test func `what would make a text ten times as long is left out and told`() {
        let growing = Array(
            repeating: Replacement(
                pattern: "(.+)", replacement: "$1$1", isRegularExpression: true), count: 30)
        let polish = TextPolish(PolishOptions(rules: [.replacements], replacements: growing))
        let raw = String(repeating: "word ", count: 100)
        let (changes, problems) = polish.polish(raw, language: "English")
        // Three doublings stay below 10 x 500 + 1000 scalars.
        #expect(changes.applied(to: raw).count == 4000)
        #expect(problems == [.tooLong(pattern: "(.+)")])
    }
}
