import TestSupport
import Testing
import Transcript

@Suite struct LanguageTests {
    private struct Goldens: Decodable {
        struct Name: Decodable {
            let `in`: String
            let out: String
            let supported: Bool
        }
        struct Merge: Decodable {
            let `in`: [String]
            let out: String
        }
        let languages: [String]
        let normalize_language: [Name]
        let merge_languages: [Merge]
    }

    @Test func `the list is the model's`() throws {
        let goldens: Goldens = try Fixtures.json("text_goldens.json")
        #expect(Language.all.map(\.name) == goldens.languages)
        #expect(Language("yue")?.name == "Cantonese")
        #expect(Language("EN")?.name == "English")
        #expect(Set(Language.all.map(\.code)).count == 30)
    }

    @Test func `names are normalised as the official package normalises them`() throws {
        let goldens: Goldens = try Fixtures.json("text_goldens.json")
        for golden in goldens.normalize_language {
            #expect(normalisedLanguageName(golden.in) == golden.out)
            // Codes are accepted here and not by the package.
            if golden.in != "zh" { #expect((Language(golden.in) != nil) == golden.supported) }
        }
    }

    @Test func `languages of pieces are merged as the official package merges them`() throws {
        let goldens: Goldens = try Fixtures.json("text_goldens.json")
        for golden in goldens.merge_languages {
            #expect(mergedLanguages(golden.in) == golden.out)
        }
    }

    @Test(arguments: [
        ("", "a", ""), ("a", "", ""), ("One.", "Two.", " "), ("One. ", "Two.", ""),
        ("你好。", "世界", ""), ("你好", "Hello", " "), ("Hello", "你好", " "), ("안녕", "하세요", " "),
        ("はい", "OK", ""),
    ])
    func `pieces are joined as their script asks`(left: String, right: String, seam: String) {
        #expect(Seam.separator(between: left, and: right) == seam)
    }
}
