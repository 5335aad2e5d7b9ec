import ArgumentParser
import Foundation
import Transcript

/// Measures how fast a transcription is written in each format, and read again.
struct RenderBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "render", abstract: "Measure how fast each format is written.")

    @Option(help: "Segments of 30 seconds: 1200 are ten hours.")
    var segments = 1200

    func run() throws {
        let transcription = Self.transcription(segmentCount: segments)
        for format in Format.allCases {
            var file: [UInt8] = []
            let time = ContinuousClock().measure { file = format.render(transcription) }
            report("write \(format.rawValue)", time, file.count)
        }
        let json = Format.json.render(transcription)
        let time = try ContinuousClock().measure { _ = try Transcription(json: json) }
        report("read json", time, json.count)
    }

    private func report(_ name: String, _ time: Duration, _ byteCount: Int) {
        print(
            String(
                format: "%@: %.3f s, %.2f MB", name, time / .seconds(1), Double(byteCount) / 1e6))
    }

    /// English and Chinese in turns, about 80 words or 120 characters a segment, six of them doubtful.
    private static func transcription(segmentCount: Int) -> Transcription {
        let english = String(
            repeating: "it was clear that the committee, which met on Tuesday, had not decided. ",
            count: 6)
        let chinese = String(repeating: "委员会在星期二开会讨论了二〇二六年的计划，但是没有作出任何决定。", count: 4)
        let segments = (0..<segmentCount).map { index in
            let text = index % 2 == 0 ? english : chinese
            let start = Double(index) * 30
            return Segment(
                startSeconds: start + 0.5, endSeconds: start + 29, text: text,
                language: index % 2 == 0 ? "English" : "Chinese",
                speaker: index / 7 % 2 == 0 ? "Anna" : "Ben", meanLogProbability: -0.1,
                doubtfulWords: (0..<6).map {
                    DoubtfulWord(range: $0 * 20..<$0 * 20 + 4, logProbability: -1.1)
                },
                speech: (0..<6).map {
                    start + Double($0) * 4.7 + 0.5..<start + Double($0) * 4.7 + 4.5
                },
                changes: [TextChange(range: 0..<1, replacement: "I", rules: [.sentences])])
        }
        let chunks = segments.enumerated().map { index, segment in
            Chunk(
                sampleRange: index * 480_000..<(index + 1) * 480_000,
                tokenIDs: Array(repeating: 12345, count: 110),
                tokenLogProbabilities: Array(repeating: -0.0625, count: 110),
                rawText: segment.rawText, text: segment.rawText, language: segment.language,
                finishReason: .stop, promptTokenCount: 400, timings: Timings(encoderSeconds: 1))
        }
        return Transcription(
            segments: segments, chunks: chunks, durationSeconds: Double(segmentCount) * 30,
            provenance: Provenance(model: "demo", device: "cpu", version: "", wallSeconds: 1),
            warnings: [])
    }
}
