import Testing
import Transcript

@testable import Server

@Suite struct EditTests {
    private func transcription(_ texts: [String], step: Double = 2) -> Transcription {
        let segments = texts.enumerated().map { index, text in
            Segment(
                startSeconds: Double(index) * step, endSeconds: Double(index) * step + 1.5,
                text: text, language: "English", meanLogProbability: -0.1)
        }
        return Transcription(
            segments: segments, chunks: [], durationSeconds: 100,
            provenance: Provenance(model: "m", device: "cpu", version: "1", wallSeconds: 1),
            warnings: [])
    }

    private func paragraph(
        _ text: String, _ start: Double = 0, _ end: Double = 6, edited: Bool = true,
        speaker: String? = nil
    ) -> EditedParagraph {
        EditedParagraph(start: start, end: end, text: text, speaker: speaker, edited: edited)
    }

    @Test func `segments that were left alone keep their times`() {
        let heard = transcription(["One.", "Two.", "Three."])
        let result = heard.edited([paragraph("One. Zwei. Three.")])
        #expect(result.segments.map(\.text) == ["One.", "Zwei.", "Three."])
        #expect(result.segments.map(\.startSeconds) == [0, 2, 4])
        #expect(result.segments.map(\.endSeconds) == [1.5, 3.5, 5.5])
    }

    @Test(arguments: [
        "One. Two. Three.", "One. Two. Three. Four.", "Zero. One. Two. Three.", "Three.", "",
        "One. Three.", "One.Two.Three.", "Something else altogether", "One. One. Two. Three.",
    ])
    func `whatever a person writes is in the export, word for word`(text: String) {
        let result = transcription(["One.", "Two.", "Three."]).edited([paragraph(text)])
        let found = result.segments.map(\.text).joined(separator: " ")
        #expect(found.filter { $0 != " " } == text.filter { $0 != " " })
        for (left, right) in zip(result.segments, result.segments.dropFirst()) {
            #expect(left.startSeconds <= right.startSeconds)
        }
    }

    @Test func `what was not edited is as the model left it, with the speaker's name`() {
        let heard = transcription(["One.", "Two.", "Three.", "Four."])
        let result = heard.edited([
            paragraph("not what it says", 0, 3.5, edited: false, speaker: "Ann"),
            paragraph("Three and four.", 4, 8, speaker: "Ben"),
        ])
        #expect(result.paragraphs.map(\.text) == ["One. Two.", "Three and four."])
        #expect(result.paragraphs.map(\.speaker) == ["Ann", "Ben"])
        #expect(result.paragraphs[1].startSeconds == 4)
        #expect(result.paragraphs[1].endSeconds == 7.5)
    }

    @Test func `a part that was heard again takes the place of what was there`() {
        let old = transcription(["One.", "Two.", "Three."])
        var new = transcription(["Deux."])
        new.segments[0].startSeconds = 2
        new.segments[0].endSeconds = 3.5
        let result = old.replacing(2..<4, by: new)
        #expect(result.segments.map(\.text) == ["One.", "Deux.", "Three."])
    }

    @Test func `paragraphs are where the person made them`() {
        let heard = transcription(["One.", "Two.", "Three."], step: 10)
        #expect(heard.paragraphs.map(\.text) == ["One.", "Two.", "Three."])
        let joined = heard.edited([paragraph("One. Two.", 0, 20), paragraph("Three.", 20, 22)])
        #expect(joined.paragraphs.map(\.text) == ["One. Two.", "Three."])
        let split = transcription(["One.", "Two."]).edited([
            paragraph("New", 0, 0), paragraph("One.", 0, 1.5), paragraph("Two.", 2, 3.5),
        ])
        #expect(split.paragraphs.map(\.text) == ["New", "One.", "Two."])
        #expect(Format.txt.render(split) == Array("New\n\nOne.\n\nTwo.\n".utf8))
    }

    @Test func `a split inside a segment gives each half the times of its words`() {
        var heard = transcription(
            ["Thomas the list. What do you think about it? I agree."], step: 12)
        heard.segments[0].endSeconds = 12
        heard.segments[0].speech = [1..<4, 6..<12]
        let whole = heard.segments[0].text
        let result = heard.edited([
            paragraph("Thomas the list.", 0, 3), paragraph("What do you think about it?", 3, 9),
            paragraph("I agree.", 9, 12),
        ])
        #expect(result.segments.map(\.text).joined(separator: " ") == whole)
        #expect(result.segments.map { Int($0.startSeconds * 10) } == [0, 60, 105])
        #expect(result.segments.map { Int($0.endSeconds * 10) } == [60, 105, 120])
        // A changed word does not move the others.
        let again = heard.edited([
            paragraph("Thomas the list.", 0, 3), paragraph("What do we think about it?", 3, 9),
            paragraph("I agree.", 9, 12),
        ])
        #expect(again.segments.map(\.startSeconds) == result.segments.map(\.startSeconds))
    }

    @Test func `a paragraph may be divided where segments are not`() {
        let heard = transcription(["One two.", "Three four.", "五六。七八。"], step: 3)
        let result = heard.edited([
            paragraph("One", 0, 1), paragraph("two. Three", 1, 3), paragraph("four.五六。", 3, 7),
            paragraph("七八。", 7, 9),
        ])
        #expect(result.paragraphs.map(\.text) == ["One", "two. Three", "four.五六。", "七八。"])
        #expect(result.segments.map(\.text) == ["One", "two.", "Three", "four.", "五六。", "七八。"])
        for (left, right) in zip(result.segments, result.segments.dropFirst()) {
            #expect(left.endSeconds <= right.startSeconds)
        }
        #expect(result.segments[4].startSeconds == 6 && result.segments[5].endSeconds == 7.5)
    }

    @Test func `a mark covers the words that a replacement changed`() {
        var heard = transcription(["A headache today", "见张三"])
        heard.segments[0].changes = [
            TextChange(range: 2..<9, replacement: "migrain", rules: [.replacements])
        ]
        heard.segments[1].changes = [TextChange(range: 1..<2, replacement: "章", rules: [.names])]
        let record = ParagraphRecord(heard.paragraphs[0])
        #expect(record.text == "A migraine today 见章三")
        #expect(record.marks.map { [$0.from, $0.to] } == [[2, 10], [18, 19]])
        #expect(record.marks.map(\.original) == ["headache", "张"])
    }

    @Test func `doubts are told in the units of JavaScript`() {
        var heard = transcription(["😀 one", "two"])
        heard.segments[0].doubtfulWords = [DoubtfulWord(range: 2..<5, logProbability: -3)]
        heard.segments[1].doubtfulWords = [DoubtfulWord(range: 0..<3, logProbability: -3)]
        let record = ParagraphRecord(heard.paragraphs[0])
        #expect(record.text == "😀 one two")
        #expect(record.doubts == [[3, 6], [7, 10]])
    }
}
