import Qwen3ASR
@testable import Sotto
import Testing
import Transcript

/// From tokens with probabilities to a segment.
@Suite struct HeardPieceTests {
    /// A piece of one second from tokens, given as bytes.
    private func piece(
        _ tokens: [([UInt8], Float)], text: String, speech: [Float]? = nil,
        reason: Chunk.FinishReason = .stop
    ) -> HeardPiece {
        let chunk = Chunk(
            sampleRange: 160_000..<176_000, tokenIDs: Array(tokens.indices),
            tokenLogProbabilities: tokens.map(\.1), rawText: "", text: text, language: "English",
            finishReason: reason, promptTokenCount: 0, timings: Timings())
        let sound = PlannedChunk(
            range: 160_000..<176_000, samples: [Float](repeating: 0, count: 16000), speech: speech)
        let bytes = tokens.map(\.0)
        return HeardPiece(chunk, of: sound, hasHeader: true) {
            StreamingDecoder { Int($0) < bytes.count ? bytes[Int($0)] : [] }
        }
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func `doubtful words are found by their letters, in any script`() throws {
        let segment = try #require(
            piece(
                [
                    (bytes("language English"), -5), (bytes("<asr_text>"), -5),
                    (bytes(" I"), -0.1), (bytes(" saw"), -0.8), (bytes("n"), -0.1),
                    // The comma is doubtful, the word before it is not.
                    (bytes(" caf"), -0.1), ([0xC3], -0.2), ([0xA9], -1.5), (bytes(","), -0.1),
                    (bytes(" then"), -0.6), (bytes("."), -3),
                    (bytes("你"), -0.1), (bytes("好世"), -0.9), ([], 0),
                ], text: "I sawn café, then.你好世"
            ).segment)
        #expect(segment.text == "I sawn café, then.你好世")
        let scalars = Array(segment.text.unicodeScalars)
        let words = segment.doubtfulWords.map { word in
            String(String.UnicodeScalarView(scalars[word.range]))
        }
        #expect(words == ["sawn", "café,", "好", "世"])
        #expect(
            segment.doubtfulWords.map(\.logProbability)
                == [-0.8, -1.5, -0.9, -0.9].map {
                    Double(Float($0))
                })
        // The mean of the text's tokens; the header's are not among them.
        #expect(abs(segment.meanLogProbability - -8.5 / 11) < 0.1)
        #expect(segment.isDoubtful)
    }

    @Test func `a segment lasts as long as somebody speaks`() throws {
        var speech = [Float](repeating: 0.1, count: 32)
        for frame in 8..<20 { speech[frame] = 0.9 }
        let tokens = [(bytes("<asr_text>"), Float(-0.1)), (bytes("Yes."), -0.1)]
        let segment = try #require(piece(tokens, text: "Yes.", speech: speech).segment)
        // 160,000 samples are 312.5 frames.
        #expect(segment.startSeconds == Double(320 * 512) / 16000)
        #expect(segment.endSeconds == Double(332 * 512) / 16000)
        #expect(!segment.isDoubtful)
        #expect(segment.doubtfulWords.isEmpty)
        let unheard = try #require(piece(tokens, text: "Yes.").segment)
        #expect((unheard.startSeconds, unheard.endSeconds) == (10, 11))
        let failed = try #require(piece(tokens, text: "Yes.", reason: .length).segment)
        #expect(failed.isDoubtful)
        #expect(piece([(bytes("<asr_text>"), 0)], text: "").segment == nil)
    }
}
