import Foundation
import Testing

/// What the command line lets a person choose about the text, on real recordings and transcripts.
@Suite struct PolishTests {
    private let folder: TemporaryFolder
    private let sample = projectPath("Models/demo/samples/numbers.wav")

    init() throws {
        folder = try TemporaryFolder()
    }

    private func text(_ arguments: String...) throws -> String {
        let found = try sotto(["transcribe", "-q", sample] + arguments)
        #expect(found.status == 0)
        return found.output
    }

    @Test func `polish can be left out, whole or in part, and every change is listed`() throws {
        let raw = try text("--polish", "none")
        let usual = try text()
        #expect(raw != usual)
        let found = try sotto("transcribe", "-q", sample, "--explain-polish")
        #expect(found.output == usual)
        let lines = found.errors.split(separator: "\n")
        #expect(!lines.isEmpty)
        #expect(lines.allSatisfy { $0.contains(/^sotto: \[00:0\d:\d\d\] [a-z, ]+: '.*' → '.*'$/) })
        #expect(try text("--polish", "no-numbers") == raw)
    }

    @Test func `the user's words are replaced last, and hot words keep their spelling`() throws {
        let words = try folder.write(Data("# names\nCoPies\n".utf8), "words.txt")
        let pairs = try folder.write(
            Data("We\tTHEY\n/\\b(\\d+)\\b/\t<$1>\n".utf8), "pairs.tsv")
        #expect(
            try text("--hot-words", words, "--replace", pairs, "--context", "")
                == "THEY sold <42> CoPies in May and <86> CoPies in June. "
                + "Our costs went up by <7> % in August.\n")
    }

    @Test func `what cannot be done is told before anything is heard`() throws {
        let bad = try folder.write(Data("a\tb\n/(/\tx\n".utf8), "bad.tsv")
        let broken = try sotto("transcribe", "-q", sample, "--replace", bad)
        #expect(broken.errors.hasPrefix("sotto: '\(bad)', line 2: '(' is no regular expression"))
        #expect(broken.status == 65)
        let missing = try sotto("transcribe", "-q", sample, "--hot-words", folder.path("none"))
        #expect(
            missing.errors
                == "sotto: '\(folder.path("none"))' cannot be read: No such file or directory. "
                + "Check the name.\n")
        #expect(missing.status == 66)
        let latin = try folder.write(Data([0x66, 0xFC, 0x72]), "latin.txt")
        let encoded = try sotto("transcribe", "-q", sample, "--hot-words", latin)
        #expect(encoded.errors == "sotto: '\(latin)' is not UTF-8 text. Save it as UTF-8.\n")
        let unknown = try sotto("transcribe", sample, "--polish", "spelling")
        #expect(
            unknown.errors.contains(
                "'spelling' is no rule of the polish. There are: script, punctuation, particles, "))
        #expect(unknown.status == 64)
    }

    @Test func `an expression without end is given up, told, and nothing is lost`() throws {
        let endless = try folder.write(Data("/(\\w+\\s?)+\\$/\tx\n".utf8), "endless.tsv")
        let found = try sotto("transcribe", "-q", sample, "--replace", endless)
        #expect(found.output == (try text()))
        #expect(found.errors.contains("took too long on a segment, which stays as it was."))
        #expect(found.status == 0)
    }

    @Test func `a transcript is polished anew from what the model wrote`() throws {
        let json = folder.path("a.json")
        #expect(try sotto("transcribe", "-q", sample, "-o", json).status == 0)
        #expect(try sotto("convert", json).output == (try text()))
        #expect(
            try sotto("convert", json, "--polish", "none").output == (try text("--polish", "none")))
        let again = folder.path("b.json")
        #expect(try sotto("convert", json, "--polish", "none", "-o", again).status == 0)
        #expect(try sotto("convert", again, "--script", "simplified").output == (try text()))
    }
}
