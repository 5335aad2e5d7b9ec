import Foundation
import TestSupport
import Testing

@testable import Transcript

@Suite struct SubtitleTests {
    @Test func `cues keep to the practice, whatever is said and how fast`() {
        for number in 0..<Mutation.count(usually: 4000) {
            let random = RandomTranscription(number: number)
            let cues = CueMaker(random.transcription).cues
            for cue in cues {
                let length = cue.endMilliseconds - cue.startMilliseconds
                #expect((200...7000).contains(length), "\(number): \(cue)")
                #expect((1...2).contains(cue.lines.count))
                for line in cue.text.split(separator: "\n") { expectGoodLine(line, number) }
            }
            for (cue, next) in zip(cues, cues.dropFirst()) {
                #expect(next.startMilliseconds - cue.endMilliseconds >= 80, "\(number): \(cue)")
            }
            expectReadable(cues, random.transcription, number)
        }
    }

    private func expectGoodLine(_ line: Substring, _ number: Int) {
        #expect(String(line).columnCount <= 42, "\(number): \(line)")
        #expect(line.count { $0.columnCount == 2 } <= 20, "\(number): \(line)")
        #expect(line.first != " " && line.last != " ", "\(number): \(line)")
        #expect(!"，。！？、；：）》」”’,.!?%)".contains(line.first ?? "，"), "\(number): \(line)")
        #expect(!"（《「“‘(".contains(line.last ?? "（"), "\(number): \(line)")
    }

    /// A cue that is short, or too fast to read, has all the time that there is.
    private func expectReadable(_ cues: [Cue], _ transcription: Transcription, _ number: Int) {
        for (index, cue) in cues.enumerated() {
            let isLast = index + 1 == cues.count
            let limit =
                isLast
                ? Int((transcription.durationSeconds * 1000).rounded())
                : cues[index + 1].startMilliseconds - 80
            let length = cue.endMilliseconds - cue.startMilliseconds
            let reading = cue.text.filter { $0 != "\n" }.reduce(0.0) {
                $0 + ($1.columnCount == 2 ? 1.0 / 9 : 1.0 / 17)
            }
            let wanted = min(7000, max(1000, Int(reading * 1000) - 1))
            #expect(length >= wanted || cue.endMilliseconds >= limit, "\(number): \(cue)")
        }
    }

    @Test func `all text is there, in order, and no word or number is cut`() {
        for number in 0..<Mutation.count(usually: 4000) {
            let random = RandomTranscription(number: number)
            var transcription = random.transcription
            transcription.events = []
            transcription.chunks = []
            transcription.durationSeconds = 0
            let lines = CueMaker(transcription).cues.flatMap(\.lines)
                .map { $0.map(\.text).joined().filter { $0 != " " } }
            let words = transcription.segments.map { $0.text.filter { $0 != " " } }.joined()
            #expect(lines.joined() == words, "\(number)")
            var (cuts, count) = (Set<Int>(), 0)
            for line in lines {
                count += line.count
                cuts.insert(count)
            }
            var offset = 0
            for (segment, atoms) in zip(transcription.segments, random.atoms) {
                for atom in atoms where atom.count > 1 {
                    let inside = atom.lowerBound + offset + 1..<atom.upperBound + offset
                    #expect(cuts.isDisjoint(with: inside), "\(number): \(segment.text) \(atom)")
                }
                offset += segment.text.count { $0 != " " }
            }
        }
    }

    private func cues(
        _ text: String, _ seconds: Range<Double>, speech: [Range<Double>] = [],
        duration: Double? = nil
    ) -> [Cue] {
        let segment = Segment(
            startSeconds: seconds.lowerBound, endSeconds: seconds.upperBound, text: text,
            language: "", meanLogProbability: 0, speech: speech)
        return CueMaker(transcription([segment], duration: duration ?? seconds.upperBound)).cues
    }

    private func transcription(_ segments: [Segment], duration: Double) -> Transcription {
        Transcription(
            segments: segments,
            chunks: [
                Chunk(
                    sampleRange: 0..<Int(duration * 16000), tokenIDs: [], tokenLogProbabilities: [],
                    rawText: "", text: "a", language: "", finishReason: .stop, promptTokenCount: 0,
                    timings: Timings())
            ], durationSeconds: duration,
            provenance: Provenance(model: "", device: "", version: "", wallSeconds: 0), warnings: []
        )
    }

    private func times(_ cues: [Cue]) -> [[Int]] {
        cues.map { [$0.startMilliseconds, $0.endMilliseconds] }
    }

    @Test func `a cue ends at a pause, not after it`() {
        let found = cues(
            "We are leaving now. They stay at home.", 0..<20, speech: [1..<3, 12..<14])
        #expect(found.map(\.text) == ["We are leaving now.", "They stay at home."])
        #expect(times(found) == [[1000, 3000], [12000, 14000]])
    }

    @Test func `a pause that falls into a word by the share of characters lies at the full stop`() {
        let found = cues("Yes. It happened twenty years ago.", 0..<10, speech: [0..<1.2, 4..<7])
        #expect(found.map(\.text) == ["Yes.", "It happened twenty years ago."])
        #expect(times(found) == [[0, 1200], [4000, 7000]])
    }

    @Test func `sentences that are said at uneven pace between pauses begin with a cue`() {
        var random = SplitMix64(state: 3)
        var (hits, count) = (0, 0)
        for _ in 0..<400 {
            var (text, seconds) = ("", 0.0)
            var speech: [Range<Double>] = []
            for _ in 0..<Int.random(in: 2...7, using: &random) {
                var sentence = RandomSpeech()
                for _ in 0..<Int.random(in: 4...8, using: &random) {
                    sentence.append(.plainEnglish, using: &random)
                }
                // 70 ms a letter, a quarter more or less.
                let pace = Double.random(in: 0.052...0.087, using: &random)
                let length = Double(sentence.string.count) * pace
                speech.append(seconds..<seconds + length)
                text += (text.isEmpty ? "" : " ") + sentence.string + "."
                seconds += length + Double.random(in: 0.4...1.5, using: &random)
            }
            // Short sentences may share a cue, but none begins within one.
            let starts = Set(speech.map { milliseconds($0.lowerBound) })
            let found = times(cues(text, 0..<seconds, speech: speech))
            count += found.count
            hits += found.count { starts.contains($0[0]) }
        }
        #expect(Double(hits) / Double(count) > 0.97, "\(hits) of \(count)")
    }

    @Test func `two lines are cut at marks and about equal`() {
        let found = cues("The first part of it ends here, and the second part goes on.", 0..<6)
        #expect(
            found.map(\.text) == ["The first part of it ends here,\nand the second part goes on."])
        let chinese = cues("我们今天讨论的是搬迁计划，因为新的办公室已经准备好了。", 0..<6)
        #expect(chinese.map(\.text) == ["我们今天讨论的是搬迁计划，\n因为新的办公室已经准备好了。"])
    }

    @Test func `a cue stays in the pause until it can be read`() {
        #expect(
            times(cues("Quick words that nobody reads so fast.", 0..<0.6, duration: 9)) == [
                [0, 2235]
            ])
        #expect(times(cues("No", 2..<2.1, duration: 9)) == [[2000, 3000]])
        #expect(times(cues("No", 2..<2.1)) == [[2000, 2200]])
    }

    @Test func `long text without a place to break keeps its words whole, and Thai is cut`() {
        let address = "https://example.org/" + String(repeating: "a", count: 60)
        #expect(
            cues("See \(address) now.", 0..<6).flatMap { $0.text.split(separator: "\n") }.contains {
                $0 == address
            })
        let thai = String(repeating: "สวัสดีครับยินดีต้อนรับ", count: 8)
        let found = cues(thai, 0..<30)
        #expect(found.map { $0.text.filter { $0 != "\n" } }.joined() == thai)
        #expect(
            found.flatMap { $0.text.split(separator: "\n") }.allSatisfy {
                String($0).columnCount <= 42
            })
    }

    @Test func `a short segment joins its neighbour, and another speaker's does not`() {
        func segment(_ start: Double, _ end: Double, _ text: String, _ speaker: String) -> Segment {
            Segment(
                startSeconds: start, endSeconds: end, text: text, language: "", speaker: speaker,
                meanLogProbability: 0)
        }
        let found = CueMaker(
            transcription(
                [
                    segment(0, 0.5, "Well,", "A"), segment(0.7, 2.5, "let us begin.", "A"),
                    segment(2.6, 3.2, "Yes.", "B"),
                ],
                duration: 8), namesSpeakers: true
        ).cues
        #expect(found.map(\.text) == ["A: Well, let us begin.", "B: Yes."])
        #expect(times(found) == [[0, 2500], [2600, 3600]])
    }

    @Test func `sounds and gaps are shown where nobody speaks, and noted where somebody does`() {
        var source = transcription(
            [
                Segment(
                    startSeconds: 0, endSeconds: 5, text: "Somebody speaks all the time.",
                    language: "",
                    meanLogProbability: 0)
            ], duration: 10)
        source.events = [
            SoundEvent(startSeconds: 1, endSeconds: 4, name: "music"),
            SoundEvent(startSeconds: 4.5, endSeconds: 8, name: "applause"),
        ]
        source.durationSeconds = 15
        let maker = CueMaker(source)
        #expect(
            maker.cues.map(\.text) == ["Somebody speaks all the time.", "[applause]", "[missing]"])
        #expect(times(maker.cues) == [[0, 5000], [5080, 8000], [10000, 15000]])
        #expect(maker.hiddenNotices.map(\.name) == ["music"])
    }

    @Test func `segments that overlap, have no length or lie outside are in order nevertheless`() {
        let times = [(5.0, 9.0), (1, 1), (1, 1), (1, 8), (0, 0)]
        let segments = times.map { start, end in
            Segment(
                startSeconds: start, endSeconds: end,
                text: "A few words of text, and more of them.",
                language: "", meanLogProbability: 0, speech: [100..<200])
        }
        let cues = CueMaker(transcription(segments, duration: 3)).cues
        #expect(cues.count >= 4)
        for (cue, next) in zip(cues, cues.dropFirst()) {
            #expect(next.startMilliseconds - cue.endMilliseconds >= 80)
            #expect(cue.endMilliseconds - cue.startMilliseconds >= 200)
        }
    }
}
