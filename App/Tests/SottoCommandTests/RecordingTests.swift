import Foundation
import Testing

/// Recordings of every sort and files that are none, as the user meets them. `make test` makes the
/// files of `.build/media` first.
@Suite struct RecordingTests {
    private static let saveAgain = "Save or export the recording again."

    private static func media(_ name: String) -> String { projectPath(".build/media/\(name)") }

    /// Runs the program, and checks text, message and exit code. `PATH` in the message is the path.
    private func check(
        _ path: String, input: Data = Data(), environment: [String: String] = [:],
        hears text: String = "", says message: String, exits status: Int32
    ) throws {
        let found = try sotto("transcribe", "-q", path, input: input, environment: environment)
        let expected =
            message.isEmpty
            ? "" : "sotto: \(message.replacingOccurrences(of: "PATH", with: path))\n"
        #expect(found.errors == expected)
        #expect(text.isEmpty ? found.output.isEmpty : found.output.hasPrefix(text), "\(path)")
        #expect(found.status == status, "\(path)")
    }

    @Test(arguments: ["vbr.mp3", "aac.m4a", "flac.flac", "opus.ogg", "opus-picture.webm"])
    func `a recording of another format is heard, from a file and from a pipe`(name: String) throws
    {
        let path = Self.media(name)
        try check(path, hears: "How long have you had a headache", says: "", exits: 0)
        let data = try Data(contentsOf: URL(filePath: path))
        try check("-", input: data, hears: "How long have you had a headache", says: "", exits: 0)
    }

    @Test(arguments: [
        ("archive.zip", "'PATH' is a file of type ZIP, and no recording can be read from it. "),
        ("picture.jpg", "'PATH' is a file of type JPEG, and no recording can be read from it. "),
        ("picture.png", "'PATH' is a file of type PNG, and no recording can be read from it. "),
        ("text.mp3", "'PATH' is of an unknown kind, and no recording can be read from it. "),
    ])
    func `a file that is no recording is named`(name: String, message: String) throws {
        try check(
            Self.media("bad/" + name), says: message + "Name an audio or video file.", exits: 65)
    }

    @Test(arguments: [
        ("empty.mp3", "'PATH' is empty. Was the recording saved?"),
        ("no-samples.wav", "'PATH' has a header and no sound. Was the recording saved?"),
        ("silent.mp4", "'PATH' has no sound track. Name a recording with sound."),
        (
            "encrypted.mp4",
            "The sound of 'PATH' is encrypted. Save or export it without copy protection."
        ),
        ("zero-rate.wav", "'PATH' has a damaged header: it cannot be understood. " + saveAgain),
        (
            "channels.wav",
            "'PATH' has a damaged header: it claims 10000 channels, and 1 to 8 are supported. "
                + saveAgain
        ),
        (
            "channels-alaw.wav",
            "'PATH' has a damaged header: it claims 10000 channels, and 1 to 64 are supported. "
                + saveAgain
        ),
        (
            "channels.aiff",
            "'PATH' has a damaged header: it claims 10000 channels, and 1 to 64 are supported. "
                + saveAgain
        ),
    ])
    func `a recording without sound, or with a header that lies, is named`(
        name: String, message: String
    ) throws {
        try check(Self.media("bad/" + name), says: message, exits: 65)
    }

    @Test func `numbers in a header that no recording has do not stop what is there`() throws {
        // 213 days; 100,000 frames of MP3, and 10.
        for name in ["absurd.m4a", "too-many.mp3", "too-few.mp3"] {
            try check(
                Self.media("bad/" + name), hears: "How long have you had a headache", says: "",
                exits: 0)
        }
        // FLAC counts its samples, and 24 days are promised.
        try check(
            Self.media("bad/absurd.flac"), hears: "How long have you had a headache",
            says: "The recording breaks off after 10.42 s: the file is incomplete.", exits: 75)
    }

    @Test func `damaged WAV files are named`() throws {
        let folder = try TemporaryFolder()
        let wave = try Data(
            contentsOf: URL(filePath: projectPath("Models/demo/samples/travel.wav")))
        var silent = wave
        silent.replaceSubrange(24..<28, with: [0, 0, 0, 0])
        try check(
            try folder.write(silent, "rate.wav"),
            says: "'PATH' has a damaged header: it claims 0 Hz. " + Self.saveAgain, exits: 65)
        try check(
            try folder.write(wave.prefix(20), "cut.wav"),
            says: "'PATH' has a damaged header: it ends before the sound. " + Self.saveAgain,
            exits: 65)
        try check(
            try folder.write(wave.prefix(44), "header.wav"),
            says: "'PATH' has a header and no sound. Was the recording saved?", exits: 65)
    }

    @Test func `what is not a file is named`() throws {
        let folder = try TemporaryFolder()
        try check(
            folder.path("none.mp3"), says: "There is no file 'PATH'. Check the name.", exits: 66)
        try check(
            folder.url.path(percentEncoded: false),
            says: "There is no sound or video file in the folder 'PATH'. "
                + "Check the name, or name the files.", exits: 66)
        try check(
            "/dev/zero",
            says: "'PATH' is a device. Name a recording, or send its sound through a pipe.",
            exits: 66)
        try check("-", says: "'standard input' is empty. Was the recording saved?", exits: 65)
    }

    @Test func `a file that the system does not give is named`() throws {
        // Nobody, not even root, reads address 0.
        try check(
            "/proc/self/mem",
            says: "'PATH' cannot be read: Input/output error. Check its permissions.", exits: 66)
        guard getuid() != 0 else { return }
        let folder = try TemporaryFolder()
        let path = try folder.write(Data("RIFF".utf8), "mine.wav")
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        try check(
            path, says: "'PATH' cannot be read: Permission denied. Check its permissions.",
            exits: 66)
    }

    @Test func `a name is told without what a terminal would obey`() throws {
        let found = try sotto("transcribe", "-q", "/nowhere/a\u{1B}[2J\nb.mp3")
        #expect(found.errors == "sotto: There is no file '/nowhere/a?[2J?b.mp3'. Check the name.\n")
    }

    @Test func `a warning says which of several recordings it means`() throws {
        let folder = try TemporaryFolder()
        let data = try Data(contentsOf: URL(filePath: Self.media("flac.flac")))
        let path = try folder.write(data.prefix(data.count * 62 / 100), "cut.flac")
        let found = try sotto("transcribe", "-q", Self.media("flac.flac"), path)
        #expect(
            found.errors == "sotto: '\(path)': The recording breaks off after 5.76 s of 10.42 s: "
                + "the file is incomplete.\n")
        #expect(found.status == 75)
    }

    @Test func `a cut recording gives the text of what is there and its own exit code`() throws {
        let folder = try TemporaryFolder()
        for (name, message) in [
            (
                "vbr.mp3",
                "The recording breaks off after 5.85 s of 10.45 s: the file is incomplete."
            ),
            (
                "flac.flac",
                "The recording breaks off after 5.76 s of 10.42 s: the file is incomplete."
            ),
        ] {
            let data = try Data(contentsOf: URL(filePath: Self.media(name)))
            let path = try folder.write(data.prefix(data.count * 62 / 100), name)
            try check(path, hears: "How long have you had a headache", says: message, exits: 75)
        }
        let film = try Data(contentsOf: URL(filePath: Self.media("aac.m4a")))
        try check(
            try folder.write(film.prefix(film.count / 2), "cut.m4a"),
            says: "'PATH' has a damaged header: its index is missing or wrong. " + Self.saveAgain,
            exits: 65)
    }

    private static let decoderPath = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "sotto-decode").path

    /// A decoder that does something to the recording before it starts.
    private func decoder(_ command: String, in folder: TemporaryFolder) throws -> [String: String] {
        let path = try folder.write(
            Data("#!/bin/sh\n\(command)\nexec '\(Self.decoderPath)' \"$@\"\n".utf8), "decoder")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        return ["SOTTO_DECODE": path]
    }

    @Test func `a recording that changes while it is read is told`() throws {
        let folder = try TemporaryFolder()
        let data = try Data(contentsOf: URL(filePath: Self.media("flac.flac")))
        let path = try folder.write(data, "a.flac")
        let changed =
            "The file was changed while it was read: the text may be neither of before nor of after."
        try check(
            path, environment: decoder("/usr/bin/touch -d tomorrow '\(path)'", in: folder),
            hears: "How long have you had a headache", says: changed, exits: 75)
        try check(
            try folder.write(data, "a.flac"),
            environment: decoder("/usr/bin/truncate -s \(data.count / 2) '\(path)'", in: folder),
            hears: "How long have you had",
            says: "The recording breaks off after 4.82 s of 10.42 s: the file is incomplete.\n"
                + "sotto: \(changed)", exits: 75)
    }

    @Test func `a decoder that is not there is told`() throws {
        try check(
            Self.media("flac.flac"), environment: ["SOTTO_DECODE": "/nowhere/decoder"],
            says: "'/nowhere/decoder' cannot be used as the decoder: No such file or directory. "
                + "Build or install Sotto again.", exits: 69)
        try check(
            Self.media("flac.flac"), environment: ["SOTTO_DECODE": "/bin/true"],
            says:
                "'/bin/true' cannot be used as the decoder: it ended without a word (exit code 0). "
                + "Build or install Sotto again.", exits: 69)
    }

    @Test func `a decoder that is killed is not blamed on the recording`() throws {
        let folder = try TemporaryFolder()
        try check(
            Self.media("flac.flac"),
            environment: decoder(
                "('\(Self.decoderPath)' | head -c 300000); kill -9 $$", in: folder),
            hears: "How long have you",
            says:
                "The recording could be read up to 4.68 s only: 'PATH' cannot be decoded to its end: "
                + "the decoder was killed. Try again, with less else running if memory is short.",
            exits: 75)
    }

    @Test func `a pipe that does not fit into the temporary folder is told`() throws {
        let data = try Data(contentsOf: URL(filePath: Self.media("aac.m4a")))
        try check(
            "-", input: data, environment: ["TMPDIR": "/nowhere"],
            says: "The recording cannot be stored in '/nowhere': No such file or directory. "
                + "Set TMPDIR to a folder that can be written to and has room.", exits: 71)
        // A limit of the shell's stands for the end of the disk.
        let found = try sotto(
            ["transcribe", "-q", "-"], input: data, limitedTo: 64)
        #expect(
            found.errors == "sotto: The recording cannot be stored in '/tmp': File too large. "
                + "Set TMPDIR to a folder that can be written to and has room.\n")
        #expect(found.status == 71)
    }

    @Test func `a track that is not there is told, and one that is there is read`() throws {
        let path = Self.media("tracks.mkv")
        let third = try sotto("transcribe", "-q", "--track", "3", path)
        #expect(third.status == 0)
        #expect(!third.output.hasPrefix("How long"))
        let fourth = try sotto("transcribe", "-q", "--track", "4", path)
        #expect(
            fourth.errors
                == "sotto: '\(path)' has no sound track 4: its tracks are numbered 1 to 3.\n")
        #expect(fourth.status == 64)
    }

    @Test func `filters are there for those who ask`() throws {
        for filter in ["--high-pass", "--denoise", "--loudness"] {
            let found = try sotto("transcribe", "-q", filter, Self.media("flac.flac"))
            #expect(found.output.contains("headache"), "\(filter)")
            #expect(found.status == 0)
        }
    }
}
