import Audio
import Compute
import Dispatch
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

    private static let clips = ["c1234_en", "c0300_zh", "c0173_en", "c0537_en", "c3000_mix"]

    /// All tokens of each chunk, with their probabilities and margins.
    private func answers(
        _ requests: [GenerationRequest], from generator: Generator
    ) async throws -> [[GeneratedToken]] {
        var answers: [[GeneratedToken]] = []
        for stream in requests.map(generator.recognise) {
            answers.append(try await collect(stream).tokens)
        }
        return answers
    }

    @Test func `a prefill in parts, others decoding in between, changes no bit`() async throws {
        var requests = try Self.clips.map { try request($0) }
        // Still decoding when the last one starts.
        requests[0].tokenLimit = 300
        // More than one block of rows.
        requests[2].context = String(repeating: "Sotto, ", count: 200)
        let folder = Fixtures.path("tiny-asr")
        let whole = try Generator(
            folder: folder, backend: CPUBackend(threads: 2), slots: 1, sliceDuration: .seconds(60))
        let backend = try WatchedBackend()
        let parts = try Generator(
            folder: folder, backend: backend, slots: 3, sliceDuration: .zero)
        let found = try await answers(requests, from: parts)
        #expect(try await answers(requests, from: whole) == found)
        let log = backend.log.all
        let interrupted = zip(log, log.dropFirst()).filter { pass, following in
            guard case .prefill(_, _, layer: 0...1) = pass, case .step = following else {
                return false
            }
            return true
        }
        // Two layers of each chunk but the first, and as many for the second block of the third.
        #expect(interrupted.count >= 2 * (Self.clips.count - 1) + 2)
        let slices = log.compactMap { pass -> Range<Int>? in
            guard case .prefill(_, let positions, layer: 0) = pass else { return nil }
            return positions
        }
        #expect(slices.allSatisfy { 16...512 ~= $0.count })
        #expect(slices.count > Self.clips.count)
    }

    @Test func `the demo model answers a prefill in parts with the same bits`() async throws {
        let folder = Fixtures.demoModel.path(percentEncoded: false)
        let samples = try Fixtures.samples("../../Models/demo/samples/one-speaker-short.wav")
        let requests = [samples.count, samples.count / 2, samples.count / 3].map {
            GenerationRequest(samples: Array(samples.prefix($0)), tokenLimit: 40)
        }
        let whole = try Generator(
            folder: folder, backend: CPUBackend(threads: 2), slots: 1, sliceDuration: .seconds(60))
        let parts = try Generator(
            folder: folder, backend: CPUBackend(threads: 2), slots: 3, sliceDuration: .zero)
        let found = try await answers(requests, from: parts)
        #expect(found.allSatisfy { !$0.isEmpty })
        #expect(try await answers(requests, from: whole) == found)
    }

    @Test func `cancelling stops a prefill between two layers and frees its slot`() async throws {
        let (reached, signal) = AsyncStream.makeStream(of: Void.self)
        let isCancelled = DispatchSemaphore(value: 0)
        let backend = try WatchedBackend { pass in
            // The cancelled chunk alone has so many tokens.
            guard case .prefill(_, 0..<177, layer: 1) = pass else { return }
            signal.yield()
            isCancelled.wait()
        }
        let generator = try Generator(
            folder: Fixtures.path("tiny-asr"), backend: backend, slots: 1, sliceDuration: .zero)
        let stream = generator.recognise(try request("c1234_en"))
        let task = Task { try await self.collect(stream) }
        for await _ in reached { break }
        task.cancel()
        #expect(try await task.value.tokens.isEmpty)
        isCancelled.signal()
        let (tokens, _) = try await collect(generator.recognise(try request("c0173_en")))
        #expect(try tokens.map(\.id) == Self.greedy()["c0173_en"])
        let layers = backend.log.all.compactMap { pass -> Int? in
            guard case .prefill(_, 0..<177, let layer) = pass else { return nil }
            return layer
        }
        #expect(layers == [0, 1])
    }

    @Test func `a short job starts before the chunks of a long one that were there first`()
        async throws
    {
        let gate = DispatchSemaphore(value: 0)
        let backend = try WatchedBackend { pass in
            // Nothing starts before all are submitted.
            if case .prefill(_, 0..<177, layer: 0) = pass { gate.wait() }
        }
        let generator = try Generator(
            folder: Fixtures.path("tiny-asr"), backend: backend, slots: 2)
        let job = JobID()
        let names = ["c1234_en"] + [String](repeating: "c0537_en", count: 9) + ["c0173_en"]
        var requests = try names.map { try request($0) }
        for index in 0..<10 { requests[index].job = job }
        let streams = requests.map(generator.recognise)
        gate.signal()
        for stream in streams { #expect(try await collect(stream).tokens.count == 40) }
        let promptCounts = backend.log.all.compactMap { pass -> Int? in
            guard case .prefill(_, let positions, layer: 0) = pass else { return nil }
            return positions.count
        }
        #expect(promptCounts.count == 11)
        // The second slot is its: 39 tokens right after the first chunk.
        #expect(promptCounts.prefix(2) == [177, 39])
    }

    /// Positions that the running chunks have reserved together, at each pass.
    private func reservations(_ log: [WatchedBackend.Pass], tokenLimit: Int) -> [Int] {
        var running: [Int: (reserved: Int, tokensLeft: Int)] = [:]
        return log.map { pass in
            if case .prefill(let slot, let positions, layer: 0) = pass {
                running[slot] = (positions.upperBound + tokenLimit, tokenLimit - 1)
            }
            defer {
                if case .step(let slots) = pass {
                    for slot in slots { running[slot]?.tokensLeft -= 1 }
                    running = running.filter { $0.value.tokensLeft > 0 }
                }
            }
            return running.values.reduce(0) { $0 + $1.reserved }
        }
    }

    @Test func `what the running chunks may fill stays within the memory budget`() async throws {
        let names = ["c1234_en", "c0300_zh", "c0173_en", "c0537_en", "c0173_en", "c0099_chirp"]
        let requests = try names.map { try request($0) }
        let alone = try await answers(
            requests,
            from: Generator(
                folder: Fixtures.path("tiny-asr"), backend: CPUBackend(threads: 2), slots: 1))
        let layout = try SpeechModel(
            folder: Fixtures.path("tiny-asr"), backend: CPUBackend(threads: 1)
        ).configuration.text
        let bytes =
            2 * 4 * layout.layers * layout.heads.keyValueHeads * layout.heads.headDim
        // Room for one; for the longest, 177 and 40 tokens, and a short one; for all.
        for (tokens, most) in [(1, 1), (300, 3), (100_000, 4)] {
            let backend = try WatchedBackend()
            let generator = try Generator(
                folder: Fixtures.path("tiny-asr"), backend: backend, slots: 4,
                memoryBudget: tokens * bytes, sliceDuration: .zero)
            #expect(try await answers(requests, from: generator) == alone)
            let log = backend.log.all
            let together = log.map { pass in
                if case .step(let slots) = pass { slots.count } else { 0 }
            }
            #expect((together.max() ?? 0) <= most)
            #expect(most == 1 || (together.max() ?? 0) > 1)
            let largest = reservations(log, tokenLimit: 40).max() ?? 0
            // One that runs alone may need more than there is.
            #expect(largest <= max(tokens, 177 + 40))
        }
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

    @Test func `a circle that would never end is broken, alone and beside others`() async throws {
        let generator = try Generator(
            folder: Fixtures.demoModel.path, backend: CPUBackend(threads: 2), slots: 3,
            capacity: 1024)
        func alarm(_ tokens: [GeneratedToken]) -> Bool {
            var loopGuard = LoopGuard()
            return tokens.contains { loopGuard.append($0.id) != nil }
        }
        // Behind the end of its answer the demo model goes round and round.
        var plain = try request("c0537_en", limit: 400)
        let endless = try await collect(generator.recognise(plain)).tokens
        #expect(alarm(endless))
        plain.breaksCircles = true
        let broken = try await collect(generator.recognise(plain)).tokens
        #expect(!alarm(broken))
        #expect(broken.count == 400)
        let refused = broken.filter { $0.margin < 0 }
        #expect(!refused.isEmpty)
        #expect(refused.allSatisfy { $0.logProbability < -0.69 })
        // Up to the first refusal nothing is changed.
        let same = broken.prefix { $0.margin >= 0 }
        #expect(Array(same) == Array(endless.prefix(same.count)))
        let beside = [plain, try request("c0173_en"), plain].map(generator.recognise)
        for (index, stream) in beside.enumerated() {
            let tokens = try await collect(stream).tokens
            if index != 1 { #expect(tokens == broken) }
        }
    }
}
