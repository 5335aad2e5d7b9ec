import ArgumentParser
import Audio
import Compute
import Foundation
import Qwen3ASR

/// Measures the whole way from a file to tokens, as a recording takes it.
struct WholeBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whole", abstract: "Measure the way from a file to its tokens.",
        discussion: """
            First single pieces, one after the other, from samples to the last token; then the file, read while \
            its pieces of 30 s are recognised. Of every piece exactly --tokens tokens for 30 s are decoded.
            """)

    @Option(help: "A WAV file.")
    var audio: String

    @Option(help: "A model's folder, or random:0.6B or random:1.7B.")
    var model: String

    @Option(help: "A folder with a tokenizer, for random weights.")
    var tokenizer = "Models/demo"

    @Option(help: "Tokens to decode for every 30 s.")
    var tokens = 100

    @Option(help: "Pieces decoded at once.")
    var slots = 8

    @Option(help: "cpu, cuda or cuda:N.")
    var device = "cpu"

    @OptionGroup var gpuOptions: GPUOptions

    @Flag(help: "Keep matrices as bytes, on a GPU.")
    var eightBit = false

    @Option(help: "Single pieces to measure.")
    var singles = 5

    private static let clock = ContinuousClock()
    private static let pieceLength = 480_000

    func run() async throws {
        let start = Self.clock.now
        let gpu = try GPUOptions.index(of: device).map { try gpuOptions.backend($0, eightBit) }
        let backend: any Backend = try gpu ?? CPUBackend()
        let loaded = try SpeechModel(
            EngineBench.checkpoint(model),
            tokenizerFolder: model.hasPrefix("random:") ? tokenizer : model, backend: backend)
        let generator = try Generator(loaded, slots: slots, capacity: 1024)
        var first: [Float] = []
        let reader = try WaveReader(path: audio)
        while first.count < Self.pieceLength, let block = try reader.next() { first += block }
        first = Array(first.prefix(Self.pieceLength))
        _ = try await summary(generator.recognise(request(first, tokens: 1)))
        print(
            "\(model), \(backend.name), \(backend.precision), \(slots) slots, \(tokens) tokens for 30 s"
        )
        print("start to first token: \(seconds(Self.clock.now - start))")
        var single: [Duration] = []
        for _ in 0..<singles {
            single.append(
                try await Self.clock.measure {
                    _ = try await summary(generator.recognise(request(first)))
                })
        }
        single.sort()
        if let shortest = single.first, let longest = single.last {
            print(
                "one piece of \(first.count / 16000) s: \(seconds(single[single.count / 2])), of \(singles) the median, "
                    + "\(seconds(shortest)) to \(seconds(longest))")
        }
        // Once unmeasured: memory is taken, and steps are recorded.
        for isMeasured in gpu == nil ? [true] : [false, true] {
            let begin = Self.clock.now
            let (audioSeconds, readTime, times) = try await pass(generator)
            guard isMeasured else { continue }
            let wall = (Self.clock.now - begin) / .seconds(1)
            print(
                String(
                    format: "the file, %.0f s: %.3f s, %.0f audio seconds a second", audioSeconds,
                    wall, audioSeconds / wall))
            print(
                "of it reading \(seconds(readTime)); log-mel \(seconds(times.mel)), convolution "
                    + "\(seconds(times.convolution)), encoder \(seconds(times.encoder)), prefill "
                    + "\(seconds(times.prefill)), decoding \(seconds(times.decode))"
                    + (gpu == nil ? "" : " (convolution to prefill as asked for, not as done)"))
        }
    }

    /// Reads the file while its pieces are recognised.
    private func pass(
        _ generator: Generator
    ) async throws -> (audioSeconds: Double, readTime: Duration, times: StageTimes) {
        let job = JobID()
        let reader = try WaveReader(path: audio)
        return try await withThrowingTaskGroup(of: StageTimes.self) { group in
            var (sampleCount, readTime) = (0, Duration.zero)
            var piece: [Float] = []
            func submit() {
                let stream = generator.recognise(request(piece, job: job))
                group.addTask { try await summary(stream) }
                sampleCount += piece.count
                piece = []
            }
            while true {
                let begin = Self.clock.now
                guard var block = try reader.next() else { break }
                let room = Self.pieceLength - piece.count
                if block.count >= room {
                    piece += block.prefix(room)
                    block.removeFirst(room)
                    readTime += Self.clock.now - begin
                    submit()
                }
                piece += block
            }
            if piece.count >= 16000 { submit() }
            let times = try await group.reduce(into: StageTimes()) { $0 += $1 }
            return (Double(sampleCount) / 16000, readTime, times)
        }
    }

    private func summary(
        _ events: AsyncThrowingStream<GenerationEvent, any Error>
    ) async throws -> StageTimes {
        var times = StageTimes()
        for try await case .finished(let summary) in events { times = summary.times }
        return times
    }

    private func request(
        _ samples: [Float], tokens: Int? = nil, job: JobID? = nil
    ) -> GenerationRequest {
        let count = max(1, self.tokens * samples.count / Self.pieceLength)
        return GenerationRequest(
            samples: samples, tokenLimit: tokens ?? count, ignoresEndTokens: true, job: job)
    }

    private func seconds(_ duration: Duration) -> String {
        String(format: "%.3f s", duration / .seconds(1))
    }
}
