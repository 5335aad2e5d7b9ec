import Foundation
import Testing

/// What an interrupted run leaves, and how the next one goes on with it.
@Suite struct ResumeTests {
    /// Eight minutes: the long sample six times.
    private let recording: String
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let bytes = try Data(
            contentsOf: URL(filePath: projectPath("Tests/Fixtures/demo-pcm/long-talk.wav")))
        let sound = bytes.dropFirst(78)
        var header = bytes.prefix(78)
        let count = sound.count * 6
        for (place, value) in [(4, count + 70), (74, count)] {
            for index in 0..<4 { header[place + index] = UInt8(value >> (8 * index) & 255) }
        }
        recording = try folder.write(
            (0..<6).reduce(into: header) { data, _ in data += sound }, "talk.wav")
    }

    /// A transcript without the seconds it took.
    private func content(_ path: String) throws -> NSDictionary {
        func stripped(_ value: Any) -> Any {
            if let list = value as? [Any] { return list.map(stripped) }
            guard let object = value as? [String: Any] else { return value }
            return object.filter { !["timings", "seconds"].contains($0.key) }.mapValues(stripped)
        }
        let data = try Data(contentsOf: URL(filePath: path))
        return try #require(
            stripped(try JSONSerialization.jsonObject(with: data)) as? NSDictionary)
    }

    private func transcribe(_ output: String, _ more: [String] = []) throws -> Outcome {
        try sotto(["transcribe", "-q", "--format", "json", recording, "-o", output] + more)
    }

    /// Starts a run and ends it when its journal has so many lines, or after a minute.
    private func kill(_ output: String, _ more: [String] = [], atLine lineCount: Int) throws {
        let process = Process()
        process.executableURL = sottoProgram
        process.arguments =
            ["transcribe", "-q", "--format", "json", recording, "-o", output] + more
        try process.run()
        let end = ContinuousClock.now + .seconds(60)
        while process.isRunning && lines(output) < lineCount && ContinuousClock.now < end {
            usleep(500)
        }
        Glibc.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private func lines(_ output: String) -> Int {
        let data = try? Data(contentsOf: URL(filePath: output + ".journal"))
        return data?.count { $0 == UInt8(ascii: "\n") } ?? 0
    }

    @Test func `killed anywhere, a run is gone on with to the same transcript`() throws {
        let whole = folder.path("whole.json")
        #expect(try transcribe(whole).status == 0)
        let expected = try content(whole)
        for lineCount in [0, 1, 3, 8, 15] {
            let output = folder.path("\(lineCount).json")
            try kill(output, atLine: lineCount)
            try kill(output, ["--resume"], atLine: lineCount + 4)
            #expect(!FileManager.default.fileExists(atPath: output))
            if lineCount > 0 {
                let again = try transcribe(output)
                #expect(
                    again.errors == "sotto: '\(output).journal' holds what an incomplete run had "
                        + "done. Use --resume to go on with it, or --force to begin anew.\n")
                #expect(again.status == 73)
            }
            let found = try transcribe(output, ["--resume"])
            #expect(found.errors == "")
            #expect(found.status == 0)
            #expect(try content(output) == expected)
            #expect(!FileManager.default.fileExists(atPath: output + ".journal"))
        }
    }

    @Test func `a disk that fills up ends the run, and the next one goes on`() throws {
        let whole = folder.path("whole.json")
        #expect(try transcribe(whole).status == 0)
        // The whole journal has some 100 kB.
        for limit in [1, 20, 50] {
            let output = folder.path("\(limit).json")
            let full = try sotto(
                ["transcribe", "-q", "--format", "json", recording, "-o", output],
                limitedTo: limit)
            #expect(
                full.errors.hasPrefix(
                    "sotto: The journal '\(output).journal' cannot be written: File too large.\n"
                        + "sotto: What was done until then is kept in '\(output).journal': "))
            #expect(full.status == 74)
            #expect(!FileManager.default.fileExists(atPath: output))
            #expect(try transcribe(output, ["--resume"]).status == 0)
            #expect(try content(output) == content(whole))
        }
    }

    @Test func `Ctrl-C writes what there is, and a later run the rest`() throws {
        let (whole, output) = (folder.path("whole.json"), folder.path("a.json"))
        #expect(try transcribe(whole).status == 0)
        let process = Process()
        let errors = Pipe()
        process.executableURL = sottoProgram
        process.standardError = errors
        process.arguments = ["transcribe", "-q", "--format", "json", recording, "-o", output]
        try process.run()
        while process.isRunning && lines(output) < 4 { usleep(500) }
        process.interrupt()
        process.waitUntilExit()
        #expect(process.terminationStatus == 75)
        let told = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(told.hasPrefix("sotto: It was stopped after "))
        #expect(
            told.hasSuffix(
                " s of 500.25 s: the rest is missing.\nsotto: What was done until then is kept in "
                    + "'\(output).journal': run the same command with --resume to go on.\n"))
        let part = try content(output)
        #expect(part["duration"] as? Double == 500.25)
        let last = (part["coverage"] as? [[String: Any]])?.last
        #expect(last?["kind"] as? String == "missing")
        #expect(last?["end"] as? Double == 500.25)
        #expect(try transcribe(output, ["--resume"]).status == 0)
        #expect(try content(output) == content(whole))
    }

    @Test func `what is incomplete stays so when it is resumed`() throws {
        let bytes = try Data(contentsOf: URL(filePath: recording))
        let cut = try folder.write(bytes.prefix(2_000_000), "cut.wav")
        let output = folder.path("cut.txt")
        let arguments = ["transcribe", "-q", cut, "-o", output]
        let first = try sotto(arguments)
        #expect(first.status == 75)
        #expect(
            first.errors.hasSuffix(
                "The journal '\(output).journal' is kept, so that --resume does not take the transcript "
                    + "for complete.\n"))
        let again = try sotto(arguments + ["--resume"])
        #expect(again.status == 75)
        #expect(again.errors == first.errors)
    }

    @Test func `a tilde within quotes is a name like any other`() throws {
        let sample = projectPath("Models/demo/samples/travel.wav")
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "~"), withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = sottoProgram
        process.currentDirectoryURL = folder.url
        process.arguments = ["transcribe", "-q", sample, "-o", "~/a.txt"]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(FileManager.default.fileExists(atPath: folder.path("~/a.txt")))
    }

    @Test func `of several recordings those that are done are not done again`() throws {
        let names = ["travel", "consultation"].map { projectPath("Models/demo/samples/\($0).wav") }
        let output = folder.path("out")
        let first = try sotto(["transcribe", "-q", names[0], "-o", output + "/"])
        #expect(first.status == 0)
        let both = try sotto(["transcribe"] + names + ["-o", output, "--resume"])
        #expect(
            both.errors.contains(
                "sotto: '\(names[0])' was done before: its transcript is kept, and was not checked.\n"
            ))
        #expect(!both.errors.contains(names[1]))
        #expect(both.status == 0)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: output).sorted() == [
                "consultation.txt", "travel.txt",
            ])
        // A transcript that is older than its recording is of another one.
        let old = output + "/travel.txt"
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: old)
        let older = try sotto(["transcribe", "-q", names[0], "-o", output + "/", "--resume"])
        #expect(
            older.errors == "sotto: '\(old)' is older than the recording. Use --force to write it "
                + "anew, or name another --output.\n")
        #expect(older.status == 73)
        let bare = try sotto(["transcribe", "--resume", names[0]])
        #expect(
            bare.errors.contains(
                "--resume goes on with a run that had --output: name the same."))
        #expect(bare.status == 64)
    }

    @Test
    func `force spares a journal until the recording is known to be readable, and one in use`()
        throws
    {
        let output = folder.path("a.json")
        try kill(output, atLine: 3)
        let journal = try Data(contentsOf: URL(filePath: output + ".journal"))
        let empty = try folder.write(Data(), "empty.wav")
        let unreadable = try sotto(["transcribe", "-q", empty, "-o", output, "--force"])
        #expect(unreadable.status == 65)
        #expect(try Data(contentsOf: URL(filePath: output + ".journal")) == journal)
        // Safety: the string lives as long as the call.
        let descriptor = unsafe open(output + ".journal", O_RDWR | O_CLOEXEC)
        #expect(flock(descriptor, LOCK_EX) == 0)
        let refused = try transcribe(output, ["--force"])
        #expect(
            refused.errors.hasPrefix(
                "sotto: Another process is writing the journal '\(output).journal'.\n"))
        #expect(try Data(contentsOf: URL(filePath: output + ".journal")) == journal)
        close(descriptor)
        #expect(try transcribe(output, ["--force"]).status == 0)
        #expect(!FileManager.default.fileExists(atPath: output + ".journal"))
    }

    @Test func `the longest name has a journal too`() throws {
        // 250 bytes: a journal's name would have 258.
        let output = folder.path(String(repeating: "錄", count: 81) + "ab.json")
        let done = try transcribe(output)
        #expect(done.errors.isEmpty)
        #expect(done.status == 0)
        #expect(FileManager.default.fileExists(atPath: output))
    }
}
