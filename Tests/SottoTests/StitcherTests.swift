import Sotto
import Testing

/// Recordings of words, cut by the planner, heard by an engine that garbles every word whose sound is cut,
/// and joined: exactly the spoken words.
@Suite struct StitcherTests {
    private struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state ^ state >> 33) &* 0xFF51_AFD7_ED55_8CCD
        }
    }

    /// A word and the samples in which it is said.
    private struct Word {
        let token: Int32
        let range: Range<Int>
    }

    private static let garbled: Int32 = -1

    /// Words of 0.15 to 0.6 s, with pauses of `longestPause` seconds at most.
    private func words(
        seconds: Int, vocabulary: Int32, longestPause: Double, _ random: inout Random
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
        var random = Random(state: UInt64(vocabulary))
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
}
