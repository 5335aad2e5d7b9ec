import Foundation
import Testing

@testable import SottoCommand

/// What is said when several recordings were asked for.
@Suite struct SummaryTests {
    private let sample = projectPath("Models/demo/samples/one-speaker-short.wav")

    @Test func `a summary counts, adds up and says what went wrong with which`() {
        var summary = Summary()
        summary.add(.done(soundSeconds: 3600), of: "a.mp3")
        summary.add(.doneBefore, of: "b.mp3")
        summary.add(.incomplete(soundSeconds: 83, reason: "It breaks off."), of: "c.mp3")
        summary.add(.failed(status: 65, reason: "It is empty."), of: "d.mp3")
        summary.add(.notBegun, of: "e.mp3")
        #expect(
            summary.lines(elapsedSeconds: 300.4) == [
                "'c.mp3' is incomplete: It breaks off.",
                "'d.mp3' failed: It is empty.",
                "1 done, 1 done before, 1 incomplete, 1 failed, 1 not begun. "
                    + "1:01:23 of sound in 0:05:00, 12.3x real time.",
            ])
    }

    @Test func `the first failure decides the exit code, before anything incomplete`() {
        func status(_ results: RecordingResult...) -> Int32 {
            var summary = Summary()
            for result in results { summary.add(result, of: "a.mp3") }
            return summary.exitStatus
        }
        let incomplete = RecordingResult.incomplete(soundSeconds: 1, reason: "")
        #expect(status(.done(soundSeconds: 1), .doneBefore) == 0)
        #expect(status(.done(soundSeconds: 1), .notBegun) == 75)
        #expect(status(incomplete, .done(soundSeconds: 1)) == 75)
        #expect(
            status(incomplete, .failed(status: 66, reason: ""), .failed(status: 65, reason: ""))
                == 66)
    }

    @Test func `times are told in hours, minutes and seconds`() {
        #expect(clockTime(0) == "0:00:00")
        #expect(clockTime(59.6) == "0:01:00")
        #expect(clockTime(36_061) == "10:01:01")
        #expect(timesRealTime(100, in: 8) == "12.5x")
        #expect(timesRealTime(1, in: 40) == "0.0x")
    }

    @Test func `several recordings end with a summary, quiet ones and single ones do not`() throws {
        let folder = try TemporaryFolder()
        let bytes = try Data(contentsOf: URL(filePath: sample))
        let cut = try folder.write(bytes.prefix(44 + 2 * 48_000), "cut.wav")
        let arguments = ["transcribe", sample, cut, "/nowhere/a.wav", folder.path("*.mp3")]
        let found = try sotto(arguments)
        let lines = found.errors.split(separator: "\n").suffix(4)
        #expect(
            lines.dropLast() == [
                "sotto: '\(folder.path("*.mp3"))' failed: No sound or video file matches "
                    + "'\(folder.path("*.mp3"))'. Check the name, or name the files.",
                "sotto: '\(cut)' is incomplete: The recording breaks off after 3.00 s of 5.55 s: "
                    + "the file is incomplete.",
                "sotto: '/nowhere/a.wav' failed: There is no file '/nowhere/a.wav'. Check the name.",
            ])
        let total = try #require(lines.last)
        #expect(
            total.hasPrefix("sotto: 1 done, 1 incomplete, 2 failed. 0:00:09 of sound in 0:"))
        #expect(total.hasSuffix("x real time."))
        #expect(found.status == 66)
        #expect(try !sotto(["transcribe", "-q"] + arguments.dropFirst()).errors.contains("1 done"))
        #expect(try !sotto("transcribe", sample).errors.contains("1 done"))
    }

    @Test func `recordings that Ctrl-C leaves are counted as not begun`() throws {
        let folder = try TemporaryFolder()
        let talk = projectPath("Models/demo/samples/long-talk.mp3")
        let decoder = try folder.write(
            Data(
                """
                #!/bin/sh
                kill -INT $PPID
                sleep 1
                exec '\(sottoProgram.deletingLastPathComponent().path)/sotto-decode' "$@"

                """.utf8), "decoder")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: decoder)
        let found = try sotto("transcribe", talk, sample, environment: ["SOTTO_DECODE": decoder])
        let lines = found.errors.split(separator: "\n").suffix(3)
        #expect(lines.first == "sotto: '\(sample)' was not begun.")
        #expect(lines.last?.hasPrefix("sotto: 0 done, 1 incomplete, 1 not begun.") == true)
        #expect(found.status == 75)
    }
}
