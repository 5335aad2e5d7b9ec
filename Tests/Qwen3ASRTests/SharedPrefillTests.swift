import Compute
import Foundation
import Qwen3ASR
import TestSupport
import Testing

/// Prompts that pass through the layers together.
@Suite struct SharedPrefillTests {
    /// Clips of 160, 390 and 130 audio tokens.
    private func clips() throws -> [[Float]] {
        let long = try Fixtures.samples("audio/c3000_mix.wav")
        return [
            try Fixtures.samples("audio/c1234_en.wav"), long,
            Array(long[160_000..<320_000]),
        ]
    }

    @Test func `sequences have the bits they have alone, on a GPU`() throws {
        let run = try GoldenRun(folder: "tiny-asr", backend: CUDAGoldenTests.backend())
        let prompts = try clips().map { try run.prompted($0) }
        #expect(prompts.map { $0.tokens.audioRange.count } == [161, 390, 130])
        #expect(run.batch.mayPass(prompts[2].tokens, with: prompts[...1].map(\.tokens)))
        var times = StageTimes()
        let slots = try run.batch.start(prompts)
        #expect(slots == [0, 1, 2])
        var found: [[TokenChoice]] = [[], [], []]
        while run.batch.isPrefilling {
            for (slot, choice) in try run.batch.advancePrefill(times: &times) {
                found[slot].append(choice)
            }
        }
        for _ in 0..<3 {
            for (slot, choice) in try run.batch.step(times: &times) { found[slot].append(choice) }
        }
        slots.forEach(run.batch.release)
        for (prompt, choices) in zip(prompts, found) {
            #expect(try run.greedy([prompt], count: 4, options: .init())[0] == choices)
        }
    }

    @Test
    func `only prompts of more rows than a step pass together, and no more than are worth it`()
        throws
    {
        let gpu = try GoldenRun(folder: "tiny-asr", backend: CUDAGoldenTests.backend()).batch
        func prompt(_ audio: Int) -> PromptTokens {
            PromptTokens(ids: Array(repeating: 1, count: audio + 15), audioRange: 9..<9 + audio)
        }
        #expect(gpu.mayPass(prompt(13), with: []))
        #expect(!gpu.mayPass(prompt(128), with: [prompt(390)]))
        #expect(!gpu.mayPass(prompt(390), with: [prompt(128)]))
        #expect(gpu.mayPass(prompt(129), with: [prompt(390)]))
        let four = [PromptTokens](repeating: prompt(390), count: 4)
        #expect(gpu.mayPass(prompt(390), with: four))
        #expect(!gpu.mayPass(prompt(390), with: four + [prompt(390)]))
        let processor = try GoldenRun(folder: "tiny-asr", backend: CPUBackend(threads: 1)).batch
        #expect(!processor.mayPass(prompt(390), with: [prompt(390)]))
    }

    @Test func `one that is cancelled leaves the others, and its slot, as they were`() async throws
    {
        let clips = try clips()
        func request(_ index: Int) -> GenerationRequest {
            GenerationRequest(samples: clips[index], tokenLimit: 6, ignoresEndTokens: true)
        }
        func tokens(
            _ stream: AsyncThrowingStream<GenerationEvent, any Error>
        ) async throws -> [Int32] {
            var ids: [Int32] = []
            for try await event in stream {
                if case .token(let token) = event { ids.append(token.id) }
            }
            return ids
        }
        let folder = Fixtures.path("tiny-asr")
        let alone = try Generator(folder: folder, backend: CPUBackend(threads: 2), slots: 4)
        var expected: [[Int32]] = []
        for index in clips.indices {
            expected.append(try await tokens(alone.recognise(request(index))))
        }

        let (submitted, cancelled) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let (begun, reached) = (Gate(), Gate())
        let watched = try WatchedBackend(worksAhead: true, promptRows: 1024) { pass in
            switch pass {
            case .prefill(slot: 0, _, layer: 0):
                begun.open()
                _ = submitted.wait(timeout: .now() + 600)
            case .prefill(slot: 1, _, layer: 1):
                reached.open()
                _ = cancelled.wait(timeout: .now() + 600)
            default: break
            }
        }
        let generator = try Generator(
            folder: folder, backend: watched, slots: 4, sliceDuration: .zero)
        // The first goes alone, as nothing else is there yet; the others wait for it, and go together.
        let first = generator.recognise(request(0))
        await begun.wait()
        let others = [1, 0, 2].map { generator.recognise(request($0)) }
        (0..<9).forEach { _ in submitted.signal() }
        let leaving = Task { try await tokens(others[1]) }
        await reached.wait()
        leaving.cancel()
        _ = await leaving.result
        (0..<9).forEach { _ in cancelled.signal() }
        #expect(try await tokens(first) == expected[0])
        #expect(try await tokens(others[0]) == expected[1])
        #expect(try await tokens(others[2]) == expected[2])
        let passes = watched.log.all
        let slots = passes.compactMap { pass -> Int? in
            if case .prefill(let slot, _, layer: 0) = pass { slot } else { nil }
        }
        #expect(slots == [0, 1, 2, 3])
        #expect(
            passes.allSatisfy { if case .step(let slots) = $0 { !slots.contains(2) } else { true } }
        )
        // Its slot is free again.
        let four = (0..<4).map { _ in generator.recognise(request(2)) }
        for stream in four { #expect(try await tokens(stream) == expected[2]) }
    }
}

/// Opened once, on any thread.
private final class Gate: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func open() { continuation.finish() }

    func wait() async { for await _ in stream {} }
}
