import ArgumentParser
import Audio
import Foundation
import Qwen3ASR

/// Measures how long chunks wait for each other.
struct QueueBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Measure how several pieces share the engine.",
        discussion: """
            Submits all pieces of a recording at once, as one job and as one job each, and decodes \
            exactly --tokens tokens of each. Then cancels a piece at several moments of its prefill, each time with a short one behind it.
            """)

    @Option(help: "A WAV file.")
    var audio: String

    @Option(help: "A model's folder.")
    var model: String

    @Option(help: "Tokens to decode for every piece.")
    var tokens = 100

    @Option(help: "CPU threads. Default: as many as this process may use.")
    var threads: Int?

    @Option(help: "Pieces decoded at once.")
    var slots = 8

    @Option(help: "Moments at which a prefill is cancelled.")
    var cancellations = 8

    private static let clock = ContinuousClock()

    func run() async throws {
        let pieces = try readPieces(audio)
        let generator = try makeGenerator(slots: slots)
        // Brings the weights into memory.
        _ = try await arrivals(generator.recognise(request(pieces[0], tokens: 2)))
        print("\(model), \(slots) slots, \(pieces.count) pieces, \(tokens) tokens each")
        let job = JobID()
        try await measure("one job      ", generator, pieces.map { request($0, job: job) })
        try await measure("one job each ", generator, pieces.map { request($0) })
        try await measureCancellation(pieces[0])
    }

    private func measure(
        _ name: String, _ generator: Generator, _ requests: [GenerationRequest]
    ) async throws {
        let start = Self.clock.now
        let streams = requests.map(generator.recognise)
        let all = try await withThrowingTaskGroup { group in
            for stream in streams { group.addTask { try await arrivals(stream) } }
            return try await group.reduce(into: [[ContinuousClock.Instant]]()) { $0.append($1) }
        }
        let wall = Self.clock.now - start
        let gaps = all.flatMap { zip($0.dropFirst(), $0).map { $0 - $1 } }.sorted()
        guard let first = all.compactMap(\.first).min(), let gap = gaps.last else { return }
        print(
            "\(name) \(seconds(wall)), first token after \(seconds(first - start)), between two "
                + "tokens \(seconds(gaps[gaps.count / 2])), at most \(seconds(gap))")
    }

    /// How much later a short piece has its first token because of one that was cancelled before it.
    private func measureCancellation(_ samples: [Float]) async throws {
        let generator = try makeGenerator(slots: 1)
        let long = request(samples, tokens: 1)
        let short = request(Array(samples.prefix(16000)), tokens: 1)
        _ = try await firstToken(generator, short)
        let alone = try await firstToken(generator, short)
        let whole = try await firstToken(generator, long)
        var waits: [Duration] = []
        for index in 0..<cancellations {
            let stream = generator.recognise(long)
            let task = Task { _ = try await arrivals(stream) }
            try await Task.sleep(for: whole * (Double(index) + 0.5) / Double(cancellations))
            task.cancel()
            waits.append(try await firstToken(generator, short) - alone)
        }
        guard let longest = waits.max() else { return }
        print(
            "a short piece waits for a cancelled one \(seconds(longest)) at most, of \(seconds(whole))"
        )
    }

    private func firstToken(
        _ generator: Generator, _ request: GenerationRequest
    ) async throws -> Duration {
        let start = Self.clock.now
        return try await arrivals(generator.recognise(request)).first.map { $0 - start } ?? .zero
    }

    /// When each token came.
    private func arrivals(
        _ events: AsyncThrowingStream<GenerationEvent, any Error>
    ) async throws -> [ContinuousClock.Instant] {
        var times: [ContinuousClock.Instant] = []
        for try await event in events {
            if case .token = event { times.append(Self.clock.now) }
        }
        return times
    }

    private func request(
        _ samples: [Float], tokens: Int? = nil, job: JobID? = nil
    ) -> GenerationRequest {
        GenerationRequest(
            samples: samples, tokenLimit: tokens ?? self.tokens, ignoresEndTokens: true, job: job)
    }

    private func makeGenerator(slots: Int) throws -> Generator {
        try Generator(
            folder: model, device: .cpu(threads: threads, kernels: nil), slots: slots)
    }

    private func seconds(_ duration: Duration) -> String {
        String(format: "%.3f s", duration / .seconds(1))
    }
}

/// A WAV file in pieces of 30 s; what is left over of less than a second is dropped.
func readPieces(_ path: String) throws -> [[Float]] {
    let reader = try WaveReader(path: path)
    var samples: [Float] = []
    while let block = try reader.next() { samples += block }
    return stride(from: 0, to: samples.count, by: 480_000)
        .map { Array(samples[$0..<min($0 + 480_000, samples.count)]) }
        .filter { $0.count >= 16000 }
}
