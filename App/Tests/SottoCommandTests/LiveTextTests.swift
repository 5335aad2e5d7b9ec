import Foundation
import Testing

@testable import SottoCommand

/// Text on a terminal while it is recognised.
@Suite struct LiveTextTests {
    private let sample = projectPath("Models/demo/samples/consultation.wav")
    private let talk = projectPath("Models/demo/samples/long-talk.mp3")

    /// A line break goes to the start of the line too.
    private func onTerminal(_ text: String) -> String {
        text.replacing("\n", with: "\r\n")
    }

    /// Runs a sequence of texts, `?` before those that may change.
    private func screens(columns: Int, _ texts: String...) -> [[String]] {
        var (live, screen) = (LiveText(), Screen(columns: columns))
        return texts.map { text in
            let isPartial = text.hasPrefix("?")
            let sent =
                isPartial
                ? live.show(String(text.dropFirst()), columns: columns)
                : live.append(text, columns: columns)
            _ = screen.take(onTerminal(sent))
            return screen.lines
        }
    }

    @Test func `text that may change stands after the certain text and gives way to it`() {
        #expect(
            screens(columns: 40, "?Good", "?Good mourning", "Good morning.", "?How", "?", " Who?")
                == [
                    ["Good"], ["Good mourning"], ["Good morning."], ["Good morning. How"],
                    ["Good morning."], ["Good morning. Who?"],
                ])
        #expect(screens(columns: 40, "你好。", "?今天") == [["你好。"], ["你好。今天"]])
    }

    @Test func `of text that may change the end is shown where it does not fit`() {
        #expect(
            screens(columns: 20, "?one two three four five six", "One two.", "?three four five")
                == [["…hree four five six"], ["One two."], ["One two. …four five"]])
    }

    @Test func `where the line is nearly full, the next one is taken`() {
        #expect(
            screens(
                columns: 20, "Fourteen columns", "?and more", "?and more and more and",
                " and less.",
                "?x")
                == [
                    ["Fourteen columns"], ["Fourteen columns", "and more"],
                    ["Fourteen columns", "… more and more and"],
                    ["Fourteen columns and", " less."], ["Fourteen columns and", " less. x"],
                ])
    }

    @Test func `a full line and wide characters are counted as terminals do`() {
        #expect(
            screens(columns: 10, "0123456789", "?partial", "ab", "?c") == [
                ["0123456789"], ["0123456789", "partial"], ["0123456789", "ab"],
                ["0123456789", "ab c"],
            ])
        #expect(
            screens(columns: 9, "一二三四五", "?六", "六七八", "?九十") == [
                ["一二三四", "五"], ["一二三四", "五六"], ["一二三四", "五六七八"],
                ["一二三四", "五六七八", "九十"],
            ])
    }

    @Test func `the end leaves the certain text and one line break`() {
        for (text, partial) in [("Hello.", "?How"), ("0123456789", "?x"), ("0123456789", "?")] {
            var (live, screen) = (LiveText(), Screen(columns: 10))
            _ = screen.take(onTerminal(live.append(text, columns: 10)))
            _ = screen.take(onTerminal(live.show(String(partial.dropFirst()), columns: 10)))
            _ = screen.take(onTerminal(live.end(columns: 10) + "next"))
            #expect(screen.lines == [text, "next"])
            #expect(!live.isOpen)
        }
    }

    @Test func `a terminal shows words before they are certain, and in the end the text`() throws {
        let plain = try sotto("transcribe", "-q", talk).output
        let found = try sottoOnTerminal(columns: 50, ["transcribe", "-q", "--live-text", talk])
        #expect(found.status == 0)
        var screen = Screen(columns: 50)
        let states = screen.take(found.output)
        let lines = wrapped(plain, columns: 50)
        #expect(screen.lines == lines)
        // Nearly every word is a state of its own.
        #expect(Set(states.map { $0.joined() }).count > plain.split(separator: " ").count / 2)
        for state in states { #expect(state.count <= lines.count + 1) }
    }

    /// As a terminal breaks lines, spaces at their ends left out.
    private func wrapped(_ text: String, columns: Int) -> [String] {
        var screen = Screen(columns: columns)
        _ = screen.take(onTerminal(text))
        return screen.lines
    }

    @Test func `without a terminal live text is the text`() throws {
        let plain = try sotto("transcribe", "-q", sample)
        let live = try sotto("transcribe", "-q", "--live-text", sample)
        #expect(live.output == plain.output)
        #expect(live.errors == "")
        let dumb = try sottoOnTerminal(
            columns: 300, ["transcribe", "-q", "--live-text", sample], environment: ["TERM": "dumb"]
        )
        #expect(dumb.output == plain.output.replacing("\n", with: "\r\n"))
    }

    @Test func `with an output the live text goes to the standard error, under its file's name`()
        throws
    {
        let folder = try TemporaryFolder()
        let other = projectPath("Models/demo/samples/travel.wav")
        let arguments = [
            "transcribe", "--live-text", "-q", sample, other, "-o", folder.path("out"),
        ]
        let found = try sottoOnTerminal(columns: 300, arguments, shell: "> '\(folder.path("log"))'")
        var screen = Screen(columns: 300)
        _ = screen.take(found.output)
        let texts = try ["consultation", "travel"].map {
            try String(contentsOfFile: folder.path("out/\($0).txt"), encoding: .utf8).dropLast()
        }
        #expect(
            screen.lines.map { Substring($0) } == [
                "1/2 consultation.wav", texts[0], "2/2 travel.wav", texts[1],
            ])
        #expect(try Data(contentsOf: URL(filePath: folder.path("log"))).isEmpty)
    }

    @Test func `Ctrl-C leaves the certain text and says on a line of its own what is missing`()
        throws
    {
        let folder = try TemporaryFolder()
        let log = folder.path("log")
        let sound = try Data(contentsOf: URL(filePath: talk))
        let path = try folder.write(sound + sound + sound, "talk.mp3")
        // Holds back the last minute of four until the second piece is being heard.
        let decode = sottoProgram.deletingLastPathComponent().path + "/sotto-decode"
        let decoder = try folder.write(
            Data(
                """
                #!/bin/sh
                '\(decode)' "$@" | {
                    head -c 12000000
                    for i in $(seq 300); do grep -q finance '\(log)' && break; sleep 0.1; done
                    kill -INT $PPID
                    exec cat
                }

                """.utf8), "decoder")
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: decoder)
        let found = try sottoOnTerminal(
            columns: 2000, ["transcribe", "-q", "--live-text", path],
            environment: ["SOTTO_DECODE": decoder], log: log)
        var screen = Screen(columns: 2000)
        _ = screen.take(found.output)
        let plain = try sotto("transcribe", "-q", path).output.filter { $0 != "\n" }
        let last = try #require(screen.lines.last)
        #expect(last.hasPrefix("sotto: It was stopped after "))
        let text = screen.lines.dropLast().joined()
        #expect(text.hasPrefix("Good") && plain.hasPrefix(text) && text.count < plain.count)
        #expect(found.status == 75)
    }
}
