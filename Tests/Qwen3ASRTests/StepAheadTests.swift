import CUDAEmulator
import Compute
import Foundation
import Qwen3ASR
import TestSupport
import Testing

/// On a device that works ahead, a step is begun before the tokens of the last one are read.
@Suite struct StepAheadTests {
    private static let clips = ["c0173_en", "c0537_en", "c0300_zh"]

    /// Three sequences that begin and end at different times, one of them in the slot of another; end tokens ignored.
    private func comeAndGo(_ backend: any Backend) throws -> [[Int32]] {
        let run = try GoldenRun(folder: "tiny-asr", backend: backend, slots: 2)
        let batch = run.batch
        var times = StageTimes()
        var tokens = [[Int32]](repeating: [], count: 3)
        var owners: [Int: Int] = [:]
        func start(_ index: Int, limit: Int) throws {
            var prompt = try run.prompted(Fixtures.samples("audio/\(Self.clips[index]).wav"))
            prompt.tokenLimit = limit
            let slot = try batch.start([prompt])[0]
            owners[slot] = index
            while batch.isPrefilling {
                tokens[index] += try batch.advancePrefill(times: &times).map(\.choice.id)
            }
        }
        func step(_ count: Int) throws {
            for _ in 0..<count {
                for (slot, choice) in try batch.step(times: &times) {
                    tokens[try #require(owners[slot])].append(choice.id)
                }
            }
        }
        try start(0, limit: 40)
        try step(4)
        try start(1, limit: 12)
        try step(3)
        batch.release(0)
        try start(2, limit: 40)
        try step(9)
        #expect(!batch.hasRoom(in: 1))
        batch.release(1)
        try step(6)
        return tokens
    }

    @Test func `sequences that come and go in between have the tokens of a device that does not`()
        throws
    {
        let expected = try comeAndGo(CPUBackend(threads: 2))
        let watched = try WatchedBackend(worksAhead: true)
        let found = try comeAndGo(watched)
        // One that joins takes part from the next step that is begun, so it may be one behind.
        for (tokens, all) in zip(found, expected) {
            #expect(tokens == Array(all.prefix(tokens.count)))
            #expect(tokens.count >= all.count - 1)
        }
        #expect(found[0].count == 8)
        // The last of its twelve tokens came with the last step that had room for it.
        #expect(found[1].count >= 11 && expected[1].count == 12)
        let passes = watched.log.all.compactMap { pass -> String? in
            switch pass {
            case .step(let slots): "step \(slots.count)"
            case .read: "read"
            default: nil
            }
        }
        #expect(passes.prefix(6) == ["step 1", "step 1", "read", "step 1", "read", "step 1"])
        #expect(passes.contains("step 2"))
    }

    @Test func `on a GPU they have the tokens of sequences decoded alone`() throws {
        let found = try comeAndGo(CUDAGoldenTests.backend())
        for (index, tokens) in found.enumerated() {
            let run = try GoldenRun(
                folder: "tiny-asr", backend: CUDAGoldenTests.backend(), slots: 1)
            let prompt = try run.prompted(Fixtures.samples("audio/\(Self.clips[index]).wav"))
            let alone = try run.greedy([prompt], count: tokens.count, options: .init())[0]
            #expect(tokens == alone.map(\.id))
        }
    }

    @Test func `where a driver records no kernels that overlap, steps are recorded without`() throws
    {
        func tokens() throws -> [Int32] {
            let run = try GoldenRun(folder: "tiny-asr", backend: CUDAGoldenTests.backend())
            let prompt = try run.prompted(Fixtures.samples("audio/c0173_en.wav"))
            return try run.greedy([prompt], count: 8, options: .init())[0].map(\.id)
        }
        let expected = try tokens()
        emulated_set_refuses_overlap(1)
        defer { emulated_set_refuses_overlap(0) }
        let before = emulated_replays()
        #expect(try tokens() == expected)
        // Seven steps and one ahead, the first of them unrecorded.
        #expect(emulated_replays() - before == 7)
    }

    @Test func `a circle is broken as it is without`() throws {
        func tokens(_ backend: any Backend) throws -> [Int32] {
            let run = try GoldenRun(
                path: Fixtures.demoModel.path(percentEncoded: false), backend: backend, slots: 1)
            var prompt = try run.prompted(Fixtures.samples("audio/c0537_en.wav"))
            prompt.breaksCircles = true
            _ = try run.batch.start([prompt])
            var times = StageTimes()
            while run.batch.isPrefilling { _ = try run.batch.advancePrefill(times: &times) }
            return try (0..<200).flatMap { _ in try run.batch.step(times: &times).map(\.choice.id) }
        }
        let watched = try WatchedBackend(worksAhead: true)
        #expect(try tokens(watched) == tokens(CPUBackend(threads: 2)))
        // Where one may be broken, nothing is begun that would have to be taken back.
        let passes = watched.log.all
        let readsAtOnce = passes.indices.dropLast(2).filter { index in
            if case .read = passes[index], case .step = passes[index + 1] {
                return passes[index + 2] == .read
            }
            return false
        }
        #expect(!readsAtOnce.isEmpty)
    }
}
