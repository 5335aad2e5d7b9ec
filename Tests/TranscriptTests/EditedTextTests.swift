import Testing

@testable import Transcript

@Suite struct EditedTextTests {
    @Test func `edits of several rules become one list of changes to the raw text`() {
        var text = EditedText("use twenty five percent gpu")
        text.apply([TextEdit(range: 4..<23, replacement: "25%")], by: .numbers)
        text.apply([TextEdit(range: 8..<11, replacement: "GPU")], by: .names)
        text.apply([TextEdit(range: 6..<6, replacement: " ")], by: .spacing)
        #expect(text.string == "use 25 % GPU")
        #expect(
            text.changes == [
                TextChange(range: 4..<23, replacement: "25 %", rules: [.numbers, .spacing]),
                TextChange(range: 24..<27, replacement: "GPU", rules: [.names]),
            ])
        #expect(text.changes.applied(to: "use twenty five percent gpu") == "use 25 % GPU")
    }

    @Test func `what stays the same at both ends of an edit is not changed`() {
        var text = EditedText("the the cat")
        text.apply([TextEdit(range: 0..<11, replacement: "the cat")], by: .stutter)
        #expect(text.changes == [TextChange(range: 4..<8, replacement: "", rules: [.stutter])])
    }

    @Test func `a change that another takes back is none`() {
        var text = EditedText("ab")
        text.apply([TextEdit(range: 1..<1, replacement: " ")], by: .spacing)
        text.apply([TextEdit(range: 1..<2, replacement: "")], by: .replacements)
        #expect(text.changes.isEmpty)
    }

    @Test func `ranges of the raw text are found in the changed one`() {
        // raw: a b c d e f; text: a X Y c f g
        let changes = [
            TextChange(range: 1..<2, replacement: "XY", rules: [.names]),
            TextChange(range: 3..<5, replacement: "", rules: [.stutter]),
            TextChange(range: 6..<6, replacement: "g", rules: [.sentences]),
        ]
        #expect(changes.applied(to: "abcdef") == "aXYcfg")
        #expect(changes.textRanges(of: [0..<1]) == [0..<1])
        #expect(changes.textRanges(of: [1..<2]) == [1..<3])
        #expect(changes.textRanges(of: [0..<3]) == [0..<4])
        #expect(changes.textRanges(of: [2..<3]) == [3..<4])
        #expect(changes.textRanges(of: [3..<4]) == [4..<4])
        #expect(changes.textRanges(of: [5..<6]) == [4..<5])
    }
}
