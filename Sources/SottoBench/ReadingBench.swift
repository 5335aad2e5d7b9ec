import ArgumentParser
import Audio
import Compute
import DecodeProtocol
import Foundation

/// Measures how fast recordings are read and decoded, without any model.
struct ReadingBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "Measure how fast recordings are read and decoded.")

    @Argument(help: "Recordings of any format; - is the standard input.")
    var files: [String]

    func run() throws {
        let decoder = DecoderProgram.installed(environment: ProcessInfo.processInfo.environment)
        for path in files {
            var sampleCount = 0
            var flaws: [RecordingFlaw] = []
            let time = try ContinuousClock().measure {
                let source = try openRecording(path: path, request: .init(), decoder: decoder)
                while let samples = try source.next() { sampleCount += samples.count }
                flaws = source.flaws
            }
            let (audio, wall) = (Double(sampleCount) / 16000, time / .seconds(1))
            let words = [
                String(format: "%.2f s in %.2f s, %.0f x real time", audio, wall, audio / wall),
                "peak memory \(peakMemoryByteCount() >> 20) MiB",
                "of the decoder \(peakMemoryByteCount(.endedChildren) >> 20) MiB",
            ]
            print("\(path): \((words + flaws.map { "\($0)" }).joined(separator: ", "))")
        }
    }
}
