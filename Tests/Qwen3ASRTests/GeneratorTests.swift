import Audio
import Compute
import Foundation
import Qwen3ASR
import TestSupport
import Testing

/// The queue, the batch and the stream of the generator.
@Suite struct GeneratorTests {
    private func generator(slots: Int = 3, capacity: Int = 512) throws -> Generator {
        try Generator(
            folder: Fixtures.path("tiny-asr"), backend: CPUBackend(threads: 2), slots: slots,
            capacity: capacity)
    }

    private func request(
        _ clip: String, limit: Int = 40, ignoresEndTokens: Bool = true
    ) throws -> GenerationRequest {
        GenerationRequest(
            samples: try Fixtures.samples("audio/\(clip).wav"), tokenLimit: limit,
            ignoresEndTokens: ignoresEndTokens, isParity: true)
    }

    private func collect(
        _ events: AsyncThrowingStream<GenerationEvent, any Error>
    ) async throws -> (tokens: [GeneratedToken], summary: GenerationSummary?) {
        var tokens: [GeneratedToken] = []
        var summary: GenerationSummary?
        for try await event in events {
            #expect(summary == nil)
            switch event {
            case .token(let token): tokens.append(token)
            case .finished(let end): summary = end
            }
        }
        return (tokens, summary)
    }

    private static func greedy() throws -> [String: [Int32]] {
        try Fixtures.json("asr/clips.json", as: [String: ModelGoldenTests.Clip].self)
            .mapValues(\.greedy)
    }

    @Test func `more chunks than slots come out as each would alone`() async throws {
        let generator = try generator()
        let goldens = try Self.greedy()
        let names = [
            "c0173_en", "c0300_zh", "c0013_chirp", "c0537_en", "c0099_chirp", "c0200_silence",
        ]
        // All are submitted before the first is read.
        let streams = try names.map { generator.recognise(try request($0)) }
        for (name, stream) in zip(names, streams) {
            let (tokens, summary) = try await collect(stream)
            #expect(tokens.map(\.id) == goldens[name], "\(name)")
            #expect(summary?.finishReason == .length)
            #expect(tokens.allSatisfy { $0.logProbability <= 0 && $0.margin >= 0 })
        }
    }

    @Test func `an end token ends a chunk and is handed out`() async throws {
        let generator = try Generator(
            folder: Fixtures.demoModel.path(percentEncoded: false),
            backend: CPUBackend(threads: 2))
        let golden = try #require(try DemoGolden.all()["one-speaker-short"])
        let samples = try Fixtures.samples("../../Models/demo/samples/one-speaker-short.wav")
        let (tokens, summary) = try await collect(
            generator.recognise(
                GenerationRequest(samples: samples, tokenLimit: 200, isParity: true)))
        #expect(tokens.map { Int($0.id) } == golden.pieces[0].token_ids)
        #expect(summary?.finishReason == .stop)
        #expect(summary.map { $0.times.decodeSteps } == tokens.count - 1)
    }

    private struct StopGolden: Decodable {
        struct Stop: Decodable {
            let clip: String
            let eos: [Int32]
            let sequence_with_eos: [Int32]
        }
        let stop_test: Stop
    }

    @Test func `the end tokens are those of generation_config`() async throws {
        let golden = try Fixtures.json("asr/prompts.json", as: StopGolden.self).stop_test
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.copyItem(
            at: Fixtures.folder.appending(path: "tiny-asr"), to: folder)
        // One number, where the released files have a list.
        let end = try #require(golden.eos.first)
        try Data(#"{"eos_token_id": \#(end)}"#.utf8).write(
            to: folder.appending(path: "generation_config.json"))
        let generator = try Generator(
            folder: folder.path(percentEncoded: false), backend: CPUBackend(threads: 2))
        let stream = generator.recognise(try request(golden.clip, ignoresEndTokens: false))
        let (tokens, summary) = try await collect(stream)
        #expect(tokens.map(\.id) == golden.sequence_with_eos)
        #expect(summary?.finishReason == .stop)
    }

    @Test func `leaving a stream frees its slot for the next chunk`() async throws {
        let generator = try generator(slots: 1, capacity: 4096)
        let goldens = try Self.greedy()
        for try await event in generator.recognise(try request("c0300_zh", limit: 4000)) {
            // One token, then away.
            if case .token = event { break }
        }
        let (tokens, _) = try await collect(generator.recognise(try request("c0173_en")))
        #expect(tokens.map(\.id) == goldens["c0173_en"])
    }

    @Test func `a cancelled task stops waiting`() async throws {
        let generator = try generator(slots: 1, capacity: 4096)
        let busy = generator.recognise(try request("c0300_zh", limit: 2000))
        let waiting = generator.recognise(try request("c0173_en"))
        let task = Task { try await self.collect(waiting) }
        task.cancel()
        let cut = try await task.value
        #expect(cut.summary == nil)
        let (tokens, _) = try await collect(busy)
        #expect(tokens.count == 2000)
    }

    @Test func `a prompt that cannot fit is refused and the next chunk goes on`() async throws {
        let generator = try generator(capacity: 100)
        let error = await #expect(throws: GenerationError.self) {
            _ = try await collect(generator.recognise(try request("c1234_en")))
        }
        #expect(
            error?.description == "The context and the audio need 177 tokens and 99 fit. "
                + "Shorten the context.")
        let (tokens, summary) = try await collect(
            generator.recognise(try request("c0173_en", limit: 90)))
        // 39 tokens of prompt leave room for 61.
        #expect(tokens.count == 62)
        #expect(summary?.finishReason == .length)
    }

    @Test func `a clip without one frame fails alone`() async throws {
        let generator = try generator()
        await #expect(throws: AudioError.tooShort(sampleCount: 5, minimum: 201)) {
            var short = try request("c0005_chirp")
            short.samples = Array(short.samples.prefix(5))
            _ = try await collect(generator.recognise(short))
        }
        var padded = try request("c0005_chirp")
        padded.samples = Array(padded.samples.prefix(5))
        padded.isParity = false
        let (tokens, _) = try await collect(generator.recognise(padded))
        #expect(tokens.count == 40)
    }
}
