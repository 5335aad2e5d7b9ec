import ArgumentParser
import Audio
import Compute
import DecodeProtocol
import Foundation

/// Measures how fast the speech detector is.
struct DetectionBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect", abstract: "Measure how fast speech is found in a recording.")

    @Argument(help: "A recording of any format.")
    var file: String

    @Option(help: "The detector's weights.")
    var weights = "Models/speech-detector/silero_vad_16k.safetensors"

    @Option(help: "CPU threads. Default: as many as this process may use.")
    var threads: Int?

    func run() throws {
        let environment = ProcessInfo.processInfo.environment
        let source = try openRecording(
            path: file, request: .init(), decoder: .installed(environment: environment))
        var samples: [Float] = []
        while let block = try source.next() { samples += block }
        let backend = try CPUBackend(threads: threads ?? ThreadPool.availableThreadCount)
        let detector = try SpeechDetector(weights: weights, backend: backend)
        var found: [Float] = []
        let time = try ContinuousClock().measure {
            // A second at a time, as a recording is read.
            for start in stride(from: 0, to: samples.count, by: 16000) {
                found += try detector.append(
                    Array(samples[start..<min(start + 16000, samples.count)]))
            }
            found += try detector.finish()
        }
        let (audio, wall) = (Double(samples.count) / 16000, time / .seconds(1))
        let share = Double(found.count { $0 > 0.5 }) / Double(max(1, found.count))
        print(
            String(
                format: "%.2f s in %.2f s, %.0f x real time, %.1f %% of the frames above 0.5",
                audio, wall, audio / wall, 100 * share))
    }
}
