import Testing
import Transcript

@Suite struct CoverageTests {
    private func chunk(
        _ seconds: Range<Int>, _ reason: Chunk.FinishReason, text: String = "words"
    ) -> Chunk {
        Chunk(
            sampleRange: seconds.lowerBound * 16000..<seconds.upperBound * 16000, tokenIDs: [],
            tokenLogProbabilities: [], rawText: "", text: text, language: "",
            finishReason: reason, promptTokenCount: 0, timings: Timings())
    }

    private func transcription(
        chunks: [Chunk] = [], segments: [Segment] = [], seconds: Double = 0
    ) -> Transcription {
        Transcription(
            segments: segments, chunks: chunks, durationSeconds: seconds,
            provenance: Provenance(model: "", device: "", version: "", wallSeconds: 0),
            warnings: [])
    }

    @Test func `every second is accounted for, once`() {
        let found = transcription(
            chunks: [
                chunk(0..<25, .stop), chunk(25..<55, .stop), chunk(50..<75, .loop),
                chunk(75..<95, .silence, text: ""), chunk(95..<120, .silent, text: ""),
                chunk(120..<140, .stop, text: ""), chunk(140..<150, .length),
            ], seconds: 200.5
        ).coverage
        #expect(
            found == [
                Coverage(startSeconds: 0, endSeconds: 52.5, kind: .text),
                Coverage(startSeconds: 52.5, endSeconds: 75, kind: .incomplete),
                Coverage(startSeconds: 75, endSeconds: 95, kind: .silence),
                Coverage(startSeconds: 95, endSeconds: 120, kind: .incomplete),
                Coverage(startSeconds: 120, endSeconds: 140, kind: .wordless),
                Coverage(startSeconds: 140, endSeconds: 150, kind: .incomplete),
                Coverage(startSeconds: 150, endSeconds: 200.5, kind: .missing),
            ])
        #expect(
            transcription(chunks: [chunk(5..<6, .stop)], seconds: 6).coverage.map(\.kind) == [
                .missing, .text,
            ])
        #expect(transcription().coverage == [])
    }

    private func segment(
        _ start: Double, _ end: Double, _ text: String, _ speaker: String? = nil
    ) -> Segment {
        Segment(
            startSeconds: start, endSeconds: end, text: text, language: "", speaker: speaker,
            meanLogProbability: 0)
    }

    @Test func `a paragraph ends at a long pause and with its speaker`() {
        let found = transcription(segments: [
            segment(0.5, 10, "One,", "A"), segment(11.9, 20, "two.", "A"),
            segment(22.1, 30, "三。", "A"), segment(30, 40, "四。", "A"), segment(40, 41, "Five", "B"),
        ]).paragraphs
        #expect(found.map(\.text) == ["One, two.", "三。四。", "Five"])
        #expect(found.map(\.startSeconds) == [0.5, 22.1, 40])
        #expect(found.map(\.endSeconds) == [20, 40, 41])
        #expect(found.map(\.speaker) == ["A", "A", "B"])
    }

    @Test func `a long paragraph ends with a sentence, a very long one anywhere`() {
        let sentence = String(repeating: "word ", count: 79) + "word."
        let open = String(repeating: "word ", count: 79) + "word"
        let quoted = open + ".”"
        func lengths(_ texts: [String]) -> [Int] {
            let segments = texts.enumerated().map { index, text in
                segment(Double(index) * 25, Double(index) * 25 + 25, text)
            }
            return transcription(segments: segments).paragraphs.map(\.text.count)
        }
        // 400 columns a segment: two make 600 full.
        #expect(lengths([sentence, sentence, sentence]) == [801, 400])
        #expect(lengths([sentence, quoted, sentence]) == [802, 400])
        #expect(lengths([open, open, open, open, open]) == [1599, 399])
        // Chinese characters are two columns wide.
        let chinese = String(repeating: "字", count: 199) + "。"
        #expect(lengths([chinese, chinese, chinese]) == [400, 200])
        #expect(transcription().paragraphs.isEmpty)
    }
}
