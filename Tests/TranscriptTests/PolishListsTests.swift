import Testing

@testable import Transcript

@Suite struct PolishListsTests {
    @Test func `a list of replacements has literals, expressions and comments`() throws {
        let text =
            "\u{FEFF}# names\nsoto\tSotto\r\n\n/\\bum\\b/\t\n /\t slash \n/\tper\n  \n//x/\t#\n"
        #expect(
            try PolishLists.replacements(text) == [
                Replacement(pattern: "soto", replacement: "Sotto"),
                Replacement(pattern: "\\bum\\b", replacement: "", isRegularExpression: true),
                Replacement(pattern: " /", replacement: " slash "),
                Replacement(pattern: "/", replacement: "per"),
                Replacement(pattern: "/x", replacement: "#", isRegularExpression: true),
            ])
        #expect(try PolishLists.replacements("") == [])
    }

    @Test(arguments: [
        (
            "a\tb\nsoto Sotto",
            "line 2: There is no tab. Write what is looked for, a tab, and what stands instead."
        ),
        ("a\tb\tc", "line 1: There are 2 tabs. Write '\\t' in a regular expression for a tab."),
        ("#\n\n\tx", "line 3: A replacement by 'x' looks for nothing. Write what it replaces."),
        (
            "/price/i\tcost",
            "line 1: What begins with '/' is a regular expression and ends with '/'. "
                + "Write /\\/…/ for a literal '/' at the start."
        ),
        ("//\tx", "line 1: A replacement by 'x' looks for nothing. Write what it replaces."),
        (
            "/(/\tx",
            "line 1: '(' is no regular expression: expected ')'. Correct it, or make it a literal replacement."
        ),
        (
            "/a/\t$1",
            "line 1: '$1' cannot replace 'a': there is no group 1, the pattern has 0. Write '\\' before a "
                + "character that stands for itself."
        ),
    ])
    func `a line that is no replacement is named`(text: String, message: String) {
        #expect {
            try PolishLists.replacements(text)
        } throws: {
            "\($0)" == message
        }
    }

    @Test func `a list of words has one a line, each once`() {
        let text = "# people\n  Ana María \r\nC#\n\n李明\nC#\n"
        #expect(PolishLists.hotWords(text) == ["Ana María", "C#", "李明"])
        #expect(PolishLists.hotWords("") == [])
    }
}
