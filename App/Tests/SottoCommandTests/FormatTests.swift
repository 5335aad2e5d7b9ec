import Foundation
import Testing
import Transcript

@testable import SottoCommand

@Suite struct FormatTests {
    private let folder: TemporaryFolder
    private let samples = ["consultation", "travel"].map {
        projectPath("Models/demo/samples/\($0).wav")
    }
    private let travel =
        "Turn left at the old church, then go straight for 25 minutes. "
        + "I will see you at the harbor this afternoon."
    /// A transcript with everything in it.
    private let rich = projectPath("Tests/Fixtures/formats/rich.json")

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func `convert writes what transcribe would have written, in every format`() throws {
        let json = folder.path("talk.json")
        #expect(try sotto("transcribe", "-q", samples[0], "-o", json).status == 0)
        for format in Format.allCases where format != .json {
            let name = format.fileExtension
            let (direct, converted) = (folder.path("a.\(name)"), folder.path("talk.\(name)"))
            #expect(try sotto("transcribe", "-q", samples[0], "-o", direct).status == 0)
            #expect(
                try sotto("convert", json, "--format", name, "-o", folder.url.path).status == 0)
            let bytes = try Data(contentsOf: URL(filePath: direct))
            #expect(try Data(contentsOf: URL(filePath: converted)) == bytes)
            #expect(!bytes.isEmpty)
        }
        let again = try sotto("convert", json, "--format", "json")
        #expect(try Data(again.output.utf8) == Data(contentsOf: URL(filePath: json)))
    }

    @Test func `the golden transcript gives the goldens, from a file and from the standard input`()
        throws
    {
        let input = try Data(contentsOf: URL(filePath: rich))
        for format in Format.allCases where format != .docx {
            let golden = projectPath("Tests/Fixtures/formats/rich.\(format.fileExtension)")
            let expected = try String(
                decoding: Data(contentsOf: URL(filePath: golden)), as: UTF8.self)
            let found = try sotto("convert", rich, "--format", format.rawValue)
            #expect(found.output == expected)
            #expect(found.errors == "")
            let piped = try sotto("convert", "-", "--format", format.rawValue, input: input)
            #expect(piped.output == expected)
        }
        let word = try sotto(
            "convert", rich, "--format", "docx", standardOutput: folder.write(Data(), "a.docx"))
        #expect(word.status == 0)
        #expect(
            try Data(contentsOf: folder.url.appending(path: "a.docx")).prefix(2) == Data("PK".utf8))
    }

    @Test func `convert says what is wrong with its input and its output`() throws {
        let missing = try sotto("convert", "/nowhere/a.json")
        #expect(
            missing.errors
                == "sotto: '/nowhere/a.json' cannot be read: No such file or directory. Check the name.\n"
        )
        #expect(missing.status == 66)
        let old = try folder.write(Data("{\"version\": 1}".utf8), "old.json")
        let refused = try sotto("convert", old)
        #expect(
            refused.errors == "sotto: '\(old)' is no transcript to convert. It has version 1, from "
                + "before files could be read again. Transcribe the recording again.\n")
        #expect(refused.status == 65)
        let text = try sotto("convert", "-", input: Data("hello".utf8))
        #expect(
            text.errors
                == "sotto: The standard input is no transcript to convert. It is not JSON.\n")
        #expect(text.status == 65)
        let target = try folder.write(Data("mine".utf8), "a.srt")
        let kept = try sotto("convert", rich, "-o", target)
        #expect(
            kept.errors == "sotto: '\(target)' exists. Name another --output, "
                + "or use --force to overwrite it.\n")
        #expect(kept.status == 73)
        #expect(try sotto("convert", rich, "-o", target, "--force").status == 0)
        let golden = projectPath("Tests/Fixtures/formats/rich.srt")
        #expect(
            try String(contentsOfFile: target, encoding: .utf8)
                == String(contentsOfFile: golden, encoding: .utf8))
        let copy = try folder.write(Data(contentsOf: URL(filePath: rich)), "copy.json")
        let same = try sotto("convert", copy, "--force", "-o", copy)
        #expect(
            same.errors == "sotto: '\(copy)' is the transcript that is to be read. "
                + "Name another --output.\n")
        #expect(same.status == 73)
        let full = try sotto("convert", rich, standardOutput: "/dev/full")
        #expect(full.status == 74)
    }

    @Test func `the name after --output tells the format, and --format is above it`() throws {
        let (vtt, other) = (folder.path("a.VTT"), folder.path("a.text"))
        #expect(try sotto("convert", rich, "-o", vtt).status == 0)
        #expect(try String(contentsOfFile: vtt, encoding: .utf8).hasPrefix("WEBVTT\n"))
        #expect(try sotto("convert", rich, "-o", other).status == 0)
        #expect(try String(contentsOfFile: other, encoding: .utf8).hasPrefix("Anna: Good morning"))
        #expect(try sotto("convert", rich, "-o", vtt, "--format", "tsv", "--force").status == 0)
        #expect(try String(contentsOfFile: vtt, encoding: .utf8).hasPrefix("start\tend"))
        let unknown = try sotto("convert", rich, "--format", "pdf")
        #expect(
            unknown.errors.contains("It must be txt, md, docx, srt, vtt, tsv, csv or json."))
        #expect(unknown.status == 64)
    }

    @Test func `several transcripts on the standard output are named, and JSON takes a line each`()
        throws
    {
        let lines = try sotto(["transcribe", "-q", "--format", "json"] + samples).output
            .split(separator: "\n")
        let names = try lines.map { try Transcription(json: Array($0.utf8)).recordingName }
        #expect(names == ["consultation.wav", "travel.wav"])
        let text = try sotto(["transcribe", "-q"] + samples).output
        #expect(text.hasPrefix("== \(samples[0]) ==\n\nHow long"))
        #expect(text.hasSuffix("\n\n== \(samples[1]) ==\n\n\(travel)\n"))
        let markdown = try sotto(["transcribe", "-q", "--format", "md"] + samples).output
        #expect(markdown.hasPrefix("# consultation.wav\n\n[00:00:00] How long"))
        #expect(markdown.hasSuffix("\n\n# travel.wav\n\n[00:00:00] \(travel)\n"))
        let subtitles = try sotto(["transcribe", "-q", "--format", "srt"] + samples)
        #expect(
            subtitles.errors == "sotto: Several srt files cannot follow each other: "
                + "name a folder with --output.\n")
        #expect(subtitles.status == 64)
    }

    @Test func `a Word document is not for a terminal`() throws {
        for command in [["convert", rich], ["transcribe", samples[1]]] {
            let run = try script(command + ["--format", "docx"])
            #expect(
                run.contains("docx is not for a terminal: name a file with --output."), "\(run)")
        }
    }

    /// What a terminal shows of a run.
    private func script(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/script")
        let command = ([sottoProgram.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
        process.arguments = ["-qec", command, "/dev/null"]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let shown = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: shown, as: UTF8.self)
    }

    @Test func `a name of one file is not taken for a folder of several`() throws {
        let sample = projectPath("Models/demo/samples/travel.wav")
        let target = folder.path("q.srt")
        let found = try sotto("transcribe", "-q", sample, folder.path("b.wav"), "-o", target)
        #expect(
            found.errors
                == "sotto: '\(target)' names one file, and several transcripts need a folder: "
                + "name one, and choose with --format.\n")
        #expect(found.status == 64)
        #expect(!FileManager.default.fileExists(atPath: target))
    }

    @Test func `an overwritten file keeps its readers, a link leads on, a pipe is written to`()
        throws
    {
        let sample = projectPath("Models/demo/samples/travel.wav")
        let secret = folder.path("private.txt")
        let link = folder.path("link.txt")
        try Data().write(to: URL(filePath: secret))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secret)
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: secret)
        #expect(try sotto("transcribe", "-q", sample, "-o", link, "--force").status == 0)
        let attributes = try FileManager.default.attributesOfItem(atPath: secret)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(attributes[.size] as? Int ?? 0 > 10)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == secret)
        let null = try sotto("transcribe", "-q", sample, "-o", "/dev/null")
        #expect(null.status == 0)
        #expect(null.errors.isEmpty)
        let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type]
        #expect(type as? FileAttributeType == .typeCharacterSpecial)
        let dash = try sotto("transcribe", "-q", sample, "-o", "-")
        #expect(dash.output == (try String(contentsOfFile: secret, encoding: .utf8)))
    }
}
