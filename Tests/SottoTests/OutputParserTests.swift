import Qwen3ASR
@testable import Sotto
import TestSupport
import Testing
import Transcript

@Suite struct OutputParserTests {
    private struct Goldens: Decodable {
        struct Parse: Decodable {
            let raw: String
            let forced: String?
            let language: String
            let text: String
        }
        struct Repetition: Decodable {
            let `in`: String
            let out: String
        }
        let parse: [Parse]
        let repetition: [Repetition]
    }

    @Test func `answers are parsed as the official package parses them`() throws {
        let goldens: Goldens = try Fixtures.json("text_goldens.json")
        #expect(goldens.parse.count > 20)
        for golden in goldens.parse {
            let parser = OutputParser(forcedLanguage: golden.forced, cleansRepetition: true)
            let answer = parser.parse(golden.raw)
            // An empty answer names no language; the package then reports none either.
            #expect(answer.language == golden.language, "\(golden.raw.debugDescription)")
            #expect(answer.text == golden.text, "\(golden.raw.debugDescription)")
        }
    }

    private struct Transcribe: Decodable {
        struct Result: Decodable {
            let language, text: String
        }
        let language_in: [String?]
        /// By call, then by clip.
        let token_ids: [[[Int32]]]
        let results: [Result]
    }

    @Test func `token ids become the result that the official package returns`() throws {
        let golden: Transcribe = try Fixtures.json("asr/transcribe.json")
        let tokenizer = try Tokenizer(folder: Fixtures.path("tiny-asr"))
        #expect(golden.results.count == 3)
        for ((ids, language), result) in zip(
            zip(golden.token_ids.flatMap { $0 }, golden.language_in), golden.results)
        {
            let raw = tokenizer.decode(ids, skippingSpecialTokens: true)
            let answer = OutputParser(forcedLanguage: language, cleansRepetition: true).parse(raw)
            #expect(answer.text == result.text)
            #expect(answer.language == result.language)
        }
    }

    @Test func `long repetitions are scrubbed as the official package scrubs them`() throws {
        let goldens: Goldens = try Fixtures.json("text_goldens.json")
        #expect(goldens.repetition.count > 10)
        for golden in goldens.repetition {
            #expect(withoutRepetition(golden.in) == golden.out, "\(golden.in.prefix(60))")
        }
    }

    @Test func `without cleaning a repetition stays`() {
        let text = String(repeating: "a", count: 30)
        #expect(OutputParser(forcedLanguage: "English").parse(text).text == text)
    }

    @Test(arguments: [
        ("", ""), ("lang", ""), ("language English", ""), ("language English<asr_", ""),
        ("language English<asr_text>", ""), ("language English<asr_text>Hello", "Hello"),
        ("language English<asr_text>Hello ", "Hello"), ("language None<asr_text>", ""),
    ])
    func `live text never shows the header or a space that may go`(raw: String, shown: String) {
        #expect(OutputParser(forcedLanguage: nil).visibleText(raw) == shown)
    }

    @Test func `a hundred thousand equal characters are parsed at once`() {
        let text = String(repeating: "ab", count: 50_000)
        let answer = OutputParser(forcedLanguage: "English", cleansRepetition: true).parse(text)
        #expect(answer.text == "ab")
    }
}
