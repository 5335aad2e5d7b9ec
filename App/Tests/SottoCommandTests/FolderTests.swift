import Foundation
import Testing

@testable import SottoCommand

/// Folders and patterns in place of recordings.
@Suite struct FolderTests {
    private let folder: TemporaryFolder
    private let sentence =
        "Good morning, everyone and thank you for joining the call about the office move.\n"

    init() throws {
        folder = try TemporaryFolder()
    }

    /// Makes copies of a short sample; what is no recording by its name holds nothing.
    private func make(_ names: String...) throws {
        let sample = try Data(
            contentsOf: URL(filePath: projectPath("Models/demo/samples/one-speaker-short.wav")))
        for name in names {
            let parent = folder.url.appending(path: name).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            _ = try folder.write(Recording.isNamedAsOne(name) ? sample : Data(), name)
        }
    }

    private func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: folder.path(name), withDestinationPath: target)
    }

    /// Paths below the folder.
    private func found(_ arguments: String...) -> [String] {
        Recordings(arguments.map(folder.path)).all.map {
            String($0.path.dropFirst(folder.path("").count))
        }
    }

    @Test func `a folder stands for the recordings below it, in the order a person lists them`()
        throws
    {
        try make(
            "a/b/10.wav", "a/b/9.MP3", "a/B.flac", "a/notes.txt", "a/B.txt", "a/B.json",
            "a/B.json.journal", "a/.hidden.wav", "a/.cache/c.wav", "a/第10課.wav", "a/第2課.wav",
            "a/x.wav/inside.wav")
        let expected = [
            "a/b/9.MP3", "a/b/10.wav", "a/B.flac", "a/x.wav/inside.wav", "a/第2課.wav", "a/第10課.wav",
        ]
        #expect(found("a") == expected)
        #expect(found("a/") == expected)
    }

    @Test func `no format that transcripts are written in is taken for a recording`() {
        for format in ["txt", "json", "srt", "vtt", "csv", "md", "html", "docx", "journal"] {
            #expect(!Recording.isNamedAsOne("a.\(format)"))
        }
    }

    @Test func `every recording of the format table is one by its name`() throws {
        let names = try FileManager.default.contentsOfDirectory(
            atPath: projectPath(".build/media"))
        let files = names.filter { $0.contains(".") }
        #expect(files.count > 40)
        #expect(files.filter { !Recording.isNamedAsOne($0) } == [])
    }

    @Test func `links to files are followed, and links to folders are not`() throws {
        try make("a/1.wav", "b/2.wav")
        try link("a/2.wav", to: "../b/2.wav")
        try link("a/loop", to: ".")
        try link("a/up", to: "..")
        try link("a/self.wav", to: "self.wav")
        try link("c", to: "a")
        #expect(found("a") == ["a/1.wav", "a/2.wav", "a/self.wav"])
        #expect(found("c") == ["c/1.wav", "c/2.wav", "c/self.wav"])
        try FileManager.default.removeItem(atPath: folder.path("a/self.wav"))
        // The link and what it stands for are one.
        #expect(found("a", "b", "b/2.wav", "a/../b/2.wav") == ["a/1.wav", "a/2.wav"])
    }

    @Test func `a pattern stands for what it matches, where no file has its name`() throws {
        try make(
            "t/2.wav", "t/10.wav", "t/a.txt", "t/x/1.mp3", "t/x/y/2.mp3", "t/.z/3.mp3", "t/[1].wav")
        #expect(found("t/*.wav") == ["t/2.wav", "t/10.wav", "t/[1].wav"])
        #expect(found("t/?.*") == ["t/2.wav"])
        #expect(found("t/[1].wav") == ["t/[1].wav"])
        #expect(found("t/*") == ["t/2.wav", "t/10.wav", "t/[1].wav", "t/x/1.mp3", "t/x/y/2.mp3"])
        #expect(found("t/**/*.mp3") == ["t/x/1.mp3", "t/x/y/2.mp3"])
        #expect(found("t/**/y/*.mp3") == ["t/x/y/2.mp3"])
        #expect(found("**/2.*") == ["t/2.wav", "t/x/y/2.mp3"])
    }

    @Test func `a subfolder is what lies between the name that was given and the recording`() throws
    {
        try make("t/x/1.mp3", "t/x/y/2.mp3")
        func subfolders(_ argument: String) -> [String] {
            Recordings([folder.path(argument)]).all.map(\.subfolder)
        }
        #expect(subfolders("t") == ["x", "x/y"])
        #expect(subfolders("t/") == ["x", "x/y"])
        #expect(subfolders("t/x") == ["", "y"])
        #expect(subfolders("t/**/*.mp3") == ["x", "x/y"])
        #expect(subfolders("t/x/*.mp3") == [""])
        #expect(subfolders("t/x/1.mp3") == [""])
        #expect(subfolders("*") == ["t/x", "t/x/y"])
    }

    @Test func `transcripts of a folder keep its subfolders`() throws {
        try make("in/a.wav", "in/x/a.wav", "in/x/b.mp3", "in/x/b.wav")
        let output = folder.path("out")
        #expect(try sotto("transcribe", "-q", folder.path("in"), "-o", output).status == 0)
        let written = try FileManager.default.subpathsOfDirectory(atPath: output).sorted()
        #expect(written == ["a.txt", "x", "x/a.txt", "x/b.mp3.txt", "x/b.wav.txt"])
        #expect(try String(contentsOfFile: output + "/x/a.txt", encoding: .utf8) == sentence)
        // Beside the recordings they are no recordings.
        let beside = try sotto("transcribe", "-q", folder.path("in"), "-o", folder.path("in"))
        #expect(beside.errors == "")
        #expect(found("in") == ["in/a.wav", "in/x/a.wav", "in/x/b.mp3", "in/x/b.wav"])
    }

    @Test func `one recording in a folder still goes to a folder`() throws {
        try make("in/a.wav")
        #expect(
            try sotto("transcribe", "-q", folder.path("in"), "-o", folder.path("out")).status == 0)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path("out")) == ["a.txt"])
    }

    @Test func `a folder and a pattern in which nothing is found do not stop the others`() throws {
        try make("in/a.wav", "empty/notes.txt", "odd.dat")
        let (empty, pattern) = (folder.path("empty"), folder.path("*.dat"))
        let found = try sotto("transcribe", "-q", empty, pattern, folder.path("in/*.wav"))
        #expect(found.output == sentence)
        #expect(
            found.errors == """
                sotto: There is no sound or video file in the folder '\(empty)'. Check the name, or name the files.
                sotto: No sound or video file matches '\(pattern)'. Check the name, or name the files.

                """)
        #expect(found.status == 66)
        // Named itself, it is tried.
        let named = try sotto("transcribe", "-q", folder.path("odd.dat"))
        #expect(
            named.errors
                == "sotto: '\(folder.path("odd.dat"))' is empty. Was the recording saved?\n")
        #expect(named.status == 65)
    }

    @Test func `a name that is no UTF-8 is told`() throws {
        try make("in/a.wav")
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/bash")
        shell.arguments = ["-c", #"cp "$1/a.wav" "$1"/$'b\xff.wav'"#, "bash", folder.path("in")]
        try shell.run()
        shell.waitUntilExit()
        let found = try sotto("transcribe", "-q", folder.path("in"))
        #expect(found.output == "== \(folder.path("in"))/a.wav ==\n\n\(sentence)")
        #expect(
            found.errors
                == "sotto: There is no file '\(folder.path("in"))/b\u{FFFD}.wav'. Check the name.\n"
        )
        #expect(found.status == 66)
    }

    @Test func `a folder that may not be read is told`() throws {
        guard getuid() != 0 else { return }
        try make("in/a.wav", "in/x/b.wav")
        let path = folder.path("in/x")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        let found = try sotto("transcribe", "-q", folder.path("in"))
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        #expect(found.output == sentence)
        #expect(
            found.errors == "sotto: The folder '\(path)/' cannot be read: Permission denied. "
                + "Check its permissions.\n")
        #expect(found.status == 66)
    }
}
