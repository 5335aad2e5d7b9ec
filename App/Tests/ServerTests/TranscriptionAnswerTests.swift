import Testing
import Transcript

@testable import Server

@Suite struct TranscriptionAnswerTests {
    private func chunk(_ start: Int, _ end: Int, token: Int) -> Chunk {
        Chunk(
            sampleRange: start * 16000..<end * 16000, tokenIDs: [token],
            tokenLogProbabilities: [-0.5], rawText: "", text: "", language: "English",
            finishReason: .stop, promptTokenCount: 1, timings: Timings())
    }

    private func segment(_ start: Double, _ end: Double) -> Segment {
        Segment(
            startSeconds: start, endSeconds: end, text: "x", language: "English",
            meanLogProbability: -0.25)
    }

    private var transcription: Transcription {
        Transcription(
            segments: [
                segment(0, 2), segment(2, 4), segment(11, 12.00049), segment(31, 32),
                segment(32, 33),
            ],
            chunks: [
                chunk(0, 10, token: 1), chunk(10, 20, token: 2), chunk(20, 30, token: 3),
                chunk(30, 40, token: 4),
            ],
            durationSeconds: 40.2,
            provenance: Provenance(model: "", device: "", version: "", wallSeconds: 1),
            warnings: [])
    }

    @Test func `tokens of a chunk are told once, with its first segment`() {
        let answer = TranscriptionAnswer(verbose: transcription)
        #expect(answer.segments?.map(\.tokens) == [[1], [], [2], [4], []])
        #expect(answer.segments?.map(\.id) == [0, 1, 2, 3, 4])
        #expect(answer.segments?[2].end == 12)
        #expect(answer.language == "english")
    }

    @Test func `seconds are rounded up in what is counted`() {
        let answer = TranscriptionAnswer(transcription, includesLogProbabilities: false)
        #expect(answer.usage.seconds == 41)
        #expect(answer.logprobs == nil)
        #expect(answer.segments == nil)
    }

    @Test func `probabilities come for every token`() {
        let answer = TranscriptionAnswer(transcription, includesLogProbabilities: true)
        #expect(answer.logprobs?.map(\.token) == ["<|1|>", "<|2|>", "<|3|>", "<|4|>"])
        #expect(answer.logprobs?.map(\.logprob) == [-0.5, -0.5, -0.5, -0.5])
    }

    @Test func `an event is one line of data and an empty line`() {
        #expect(
            String(decoding: TranscriptionStreamEvent.delta("a\nb"), as: UTF8.self)
                == "data: {\"delta\":\"a\\nb\",\"type\":\"transcript.text.delta\"}\n\n")
    }
}
