import Sotto
import Testing

/// Recordings of words, cut by the planner, heard by an engine that garbles every word whose sound is cut,
/// and joined: exactly the spoken words.
@Suite struct StitcherTests {
    /// A word and the samples in which it is said.
    private struct Word {
        let token: Int32
        let range: Range<Int>
    }

    private static let garbled: Int32 = -1

    /// Words of 0.15 to 0.6 s, with pauses of `longestPause` seconds at most.
    private func words(
        seconds: Int, vocabulary: Int32, longestPause: Double, _ random: inout SeededRandom
    ) -> [Word] {
        var words: [Word] = []
        var place = 0
        while place < seconds * 16000 {
            let length = Int.random(in: 2400...9600, using: &random)
            let token = Int32.random(in: 0..<vocabulary, using: &random)
            words.append(Word(token: token, range: place..<place + length))
            place += length + Int(Double.random(in: 0...longestPause, using: &random) * 16000)
        }
        return words
    }

    /// What the engine makes of a chunk.
    private func hear(_ words: [Word], _ range: Range<Int>) -> Stitcher.Answer {
        let tokens = words.filter { $0.range.overlaps(range) }.map { word in
            range.contains(word.range.lowerBound) && range.contains(word.range.upperBound - 1)
                ? word.token : Self.garbled
        }
        return Stitcher.Answer(
            tokens: tokens, startSeconds: Double(range.lowerBound) / 16000,
            endSeconds: Double(range.upperBound) / 16000)
    }

    private func transcribe(_ words: [Word]) -> (tokens: [Int32], overlapCount: Int) {
        let count = words.last?.range.upperBound ?? 0
        var speech = [Float](repeating: 0.02, count: (count + 511) / 512)
        for word in words {
            for frame in word.range.lowerBound / 512...(word.range.upperBound - 1) / 512 {
                speech[frame] = 0.95
            }
        }
        var planner = ChunkPlanner(listensForSpeech: true)
        planner.append([Float](repeating: 0.1, count: count), speech: speech)
        var result: [Int32] = []
        var overlapCount = 0
        var open: (answer: Stitcher.Answer, skipped: Int)?
        while let chunk = planner.next(isAtEnd: true) {
            let answer = hear(words, chunk.range)
            var skipped = 0
            if let left = open {
                let seam = Stitcher.seam(left.answer, answer)
                result += left.answer.tokens[left.skipped..<seam.leftCount]
                skipped = seam.rightStart
                overlapCount += 1
            }
            open = chunk.isContinued ? (answer, skipped) : nil
            if open == nil { result += answer.tokens[skipped...] }
        }
        return (result, overlapCount)
    }

    @Test(arguments: [Int32(5), 20, 1000])
    func `exactly the spoken words come out`(vocabulary: Int32) {
        var random = SeededRandom(state: UInt64(vocabulary))
        var (overlapCount, wrong) = (0, 0)
        for round in 0..<1700 {
            let longestPause = [0, 0.05, 0.3, 2][round % 4]
            let spoken = words(
                seconds: 40 + round % 90, vocabulary: vocabulary, longestPause: longestPause,
                &random)
            let (found, overlaps) = transcribe(spoken)
            overlapCount += overlaps
            if found != spoken.map(\.token) { wrong += 1 }
        }
        #expect(overlapCount > 1500)
        #expect(wrong == 0)
    }

    @Test func `a clock stands still in pauses`() {
        // Ten seconds: speech, music for four, speech.
        let speech =
            [Float](repeating: 0.95, count: 94) + [Float](repeating: 0.3, count: 125)
            + [Float](repeating: 0.95, count: 93)
        let clock = SpeechClock(range: 160_000..<320_000, speech: speech)
        #expect(abs(clock.seconds(at: 0) - 10) < 0.04)
        #expect(abs(clock.seconds(at: 0.25) - 11.5) < 0.05)
        #expect(abs(clock.seconds(at: 0.75) - 18.5) < 0.05)
        #expect(abs(clock.seconds(at: 1) - 20) < 0.04)
        let even = SpeechClock(range: 160_000..<320_000, speech: [])
        #expect(even.seconds(at: 0.25) == 12.5)
    }

    @Test func `answers that share no words, or do not agree, are told apart`() {
        func seam(_ left: [Int32], _ right: [Int32], speech: [Float]? = nil) -> Stitcher.Seam {
            func answer(_ tokens: [Int32], _ start: Int) -> Stitcher.Answer {
                Stitcher.Answer(
                    tokens: tokens, startSeconds: Double(start), endSeconds: Double(start + 30),
                    clock: speech.map {
                        SpeechClock(range: start * 16000..<(start + 30) * 16000, speech: $0)
                    })
            }
            return Stitcher.seam(answer(left, 0), answer(right, 25))
        }
        let words = (0..<90).map { Int32($0) }
        let whole = seam(Array(words[0..<60]), Array(words[50..<90]))
        #expect(whole.isCertain)
        #expect(whole.leftCount - whole.rightStart == 50)
        // Nobody speaks at either end.
        let middle = [Float](repeating: 0.05, count: 187) + [Float](repeating: 0.95, count: 563)
        let quiet = seam(
            [1, 2, 3], [4, 5, 6], speech: middle + middle.suffix(187).map { _ in 0.05 })
        #expect(quiet.isCertain && quiet.leftCount == 3 && quiet.rightStart == 0)
        // Both speak all the time, of other things; and a single word that both have is chance.
        #expect(!seam(Array(0..<60), Array(100..<140)).isCertain)
        #expect(!seam(Array(0..<60), Array(100..<105) + [57] + Array(105..<140)).isCertain)
    }
}
