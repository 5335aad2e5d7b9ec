import Foundation
import Testing
import Transcript

@testable import SottoCommand

/// What a terminal shows while recordings are heard.
@Suite struct ProgressTests {
    private let folder: TemporaryFolder
    private let samples = ["one-speaker-short", "travel"].map {
        projectPath("Models/demo/samples/\($0).wav")
    }

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test func `a character takes the columns that terminals give it`() {
        let widths: [(String, Int)] = [
            ("a", 1), ("é", 1), ("e\u{301}", 1), ("会", 2), ("カ", 2), ("ｶ", 1), ("Ａ", 2), ("한", 2),
            ("🎙", 1), ("👍🏽", 2), ("🇨🇭", 2), ("…", 1), ("。", 2), ("\u{200B}", 0),
        ]
        for (text, width) in widths { #expect(text.columnCount == width, "\(text)") }
    }

    @Test func `text is cut by columns`() {
        #expect("会议录音.mp3".start(columns: 12) == "会议录音.mp3")
        #expect("会议录音.mp3".start(columns: 11) == "会议录音.m…")
        #expect("会议录音.mp3".start(columns: 6) == "会议…")
        #expect("会议录音.mp3".end(columns: 6) == "….mp3")
        #expect("会议录音.mp3".end(columns: 7) == "…音.mp3")
        #expect("abc".start(columns: 1) == "…")
        #expect("abc".end(columns: 0) == "")
        #expect("a\u{1B}[2J\nb".replacingControls(by: "?") == "a?[2J?b")
    }

    private func bar() -> ProgressBar {
        ProgressBar(
            stage: .listening, number: 2, count: 7, name: "会议录音 2026.mp3", doneSeconds: 3683,
            totalSeconds: 7366, speed: 12.34)
    }

    @Test func `the bar says stage, file, percent, position, speed and time left`() {
        let bar = bar()
        #expect(
            bar.line(columns: 100)
                == "listening 2/7 会议录音 2026.mp3 [##########----------] 50% 1:01:23/2:02:46 12.3x "
                + "0:04:58 left")
        #expect(
            bar.line(columns: 80)
                == "listening 2/7 会议录音 202… [#####------] 50% 1:01:23/2:02:46 12.3x 0:04:58 left")
        #expect(bar.line(columns: 60) == "listening 2/7 会议… 50% 1:01:23/2:02:46 12.3x 0:04:58 left")
        #expect(bar.line(columns: 30) == "listening 2/7 50% 1:01:23/2:0…")
        for columns in 0...120 { #expect(bar.line(columns: columns).columnCount <= columns) }
    }

    @Test func `the bar leaves out what is not known`() {
        var bar = bar()
        bar.totalSeconds = nil
        #expect(bar.line(columns: 80) == "listening 2/7 会议录音 2026.mp3 1:01:23 12.3x")
        bar.speed = nil
        bar.count = 1
        #expect(bar.line(columns: 80) == "listening 会议录音 2026.mp3 1:01:23")
        #expect(ProgressBar(stage: .loading).line(columns: 80) == "loading the model")
    }

    @Test func `a recording that is longer than it says stays at its end`() {
        var bar = bar()
        bar.doneSeconds = 7400
        #expect(bar.line(columns: 100).hasSuffix("] 100% 2:03:20/2:02:46 12.3x 0:00:00 left"))
        bar.stage = .done
        bar.doneSeconds = 7366
        #expect(
            bar.line(columns: 100)
                == "done 2/7 会议录音 2026.mp3 [####################] 100% 2:02:46/2:02:46 12.3x")
    }

    @Test func `a terminal shows the bar of each recording in place, and keeps none`() throws {
        let found = try sottoOnTerminal(
            columns: 64, ["transcribe"] + samples + ["-o", folder.path("out")])
        #expect(found.status == 0)
        var screen = Screen(columns: 64)
        let states = screen.take(found.output).compactMap(\.last)
        let shown = states.reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
        #expect(shown.contains("loading the model"))
        #expect(shown.contains("listening 1/2 one-speaker-short.wav 0:00:00"))
        #expect(
            shown.contains {
                $0.hasPrefix("done 1/2 one-spea") && $0.contains("] 100% 0:00:06/0:00:06 ")
            })
        #expect(shown.contains { $0.hasPrefix("done 2/2 travel.wav [####") })
        #expect(shown.allSatisfy { $0.columnCount < 64 })
        let left = screen.lines.joined()
        #expect(left.contains("sotto: using the demo model"))
        #expect(left.contains("sotto: 2 done. 0:00:14 of sound in 0:"))
        #expect(!left.contains("listening") && !left.contains("done 1/2"))
    }

    @Test func `a message finds the line empty`() throws {
        let cut = try folder.write(
            try Data(contentsOf: URL(filePath: samples[0])).prefix(44 + 2 * 48_000), "cut.wav")
        let bad = try folder.write(Data("hello".utf8), "bad.wav")
        let found = try sottoOnTerminal(
            columns: 300, ["transcribe", cut, bad, "-o", folder.path("out")])
        var screen = Screen(columns: 300)
        _ = screen.take(found.output)
        #expect(screen.lines.allSatisfy { $0.hasPrefix("sotto: ") || $0.isEmpty })
        #expect(screen.lines.last?.hasPrefix("sotto: 0 done, 1 incomplete, 1 failed.") == true)
        #expect(found.status == 65)
    }

    @Test func `a terminal that tells no width has 80 columns`() throws {
        let found = try sottoOnTerminal(
            columns: 0, ["transcribe", samples[0], "-o", folder.path("a.txt")])
        var screen = Screen(columns: 200)
        let widths = screen.take(found.output).compactMap(\.last)
            .filter { $0.hasPrefix("listening") || $0.hasPrefix("done") }.map(\.columnCount)
        #expect(widths.max() ?? 0 > 60)
        #expect(widths.allSatisfy { $0 < 80 })
    }

    @Test func `no bar where it is not wanted or cannot be`() throws {
        let arguments = ["transcribe", samples[0], "--force", "-o", folder.path("a.txt")]
        let bare = try sotto(arguments)
        #expect(!bare.errors.contains("\r") && !bare.errors.contains("listening"))
        let quiet = try sottoOnTerminal(columns: 80, arguments + ["-q"])
        #expect(quiet.output == "")
        let dumb = try sottoOnTerminal(columns: 80, arguments, environment: ["TERM": "dumb"])
        #expect(!dumb.output.contains("listening") && !dumb.output.contains("\u{1B}"))
        // Text that is shown as it comes shares no terminal with a bar.
        let text = try sottoOnTerminal(columns: 80, ["transcribe", samples[0]])
        #expect(!text.output.contains("listening"))
    }
}
