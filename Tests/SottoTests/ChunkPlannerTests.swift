import Audio
import Sotto
import TestSupport
import Testing

@Suite struct ChunkPlannerTests {
    private struct Goldens: Decodable {
        struct Split: Decodable {
            let seed: UInt32
            let samples: Int
            let max_chunk_sec, search_expand_sec: Double
            let lengths: [Int]
        }
        let split: [Split]
    }

    /// The signal that `text_goldens.json` describes.
    private func signal(seed: UInt32, count: Int) -> [Float] {
        var state = seed
        return (0..<count).map { index in
            state = state &* 1_664_525 &+ 1_013_904_223
            let step = Double((index / 4000 * 37) % 101)
            let amplitude = 0.02 + 0.4 * step / 100
            return Float(amplitude * (Double(state) / 4_294_967_296 - 0.5))
        }
    }

    private func plan(
        _ samples: [Float], _ planner: ChunkPlanner = ChunkPlanner(), block: Int = 8000
    ) -> [PlannedChunk] {
        var planner = planner
        var chunks: [PlannedChunk] = []
        for start in stride(from: 0, to: samples.count, by: block) {
            planner.append(Array(samples[start..<min(start + block, samples.count)]))
            while let chunk = planner.next(isAtEnd: false) { chunks.append(chunk) }
        }
        while let chunk = planner.next(isAtEnd: true) { chunks.append(chunk) }
        return chunks
    }

    @Test func `cuts fall where the official package cuts`() throws {
        let goldens: Goldens = try Fixtures.json("text_goldens.json")
        #expect(goldens.split.count > 5)
        for golden in goldens.split {
            let length = Int(golden.max_chunk_sec * 16000)
            // The package searches 5 s and pads what is left over; neither depends on the setting.
            let planner = ChunkPlanner(
                whole: length, length: length, search: Int(golden.search_expand_sec * 16000))
            let chunks = plan(signal(seed: golden.seed, count: golden.samples), planner)
            #expect(chunks.map(\.range.count) == golden.lengths, "seed \(golden.seed)")
        }
    }

    @Test func `the talk is cut where the goldens were cut`() throws {
        let golden = try #require(try DemoGolden.all()["long-talk"])
        let reader = try WaveReader(path: golden.wavePath)
        var samples: [Float] = []
        while let block = try reader.next() { samples += block }
        #expect(plan(samples).map(\.range) == golden.pieces.map { $0.start..<$0.end })
    }

    @Test(arguments: [1, 479_999, 480_000])
    func `up to 30 seconds stay whole`(count: Int) {
        #expect(plan(signal(seed: 3, count: count)).map(\.range) == [0..<count])
    }

    @Test func `an empty recording has no chunks`() {
        #expect(plan([]).isEmpty)
    }

    @Test func `chunks cover everything once, within bounds, at any block size`() {
        for seed in UInt32(1)...8 {
            let samples = signal(seed: seed, count: 1_600_000 + Int(seed) * 77_777)
            let chunks = plan(samples)
            #expect(chunks.flatMap(\.samples) == samples)
            #expect(chunks.dropLast().allSatisfy { (320_000...480_000).contains($0.range.count) })
            #expect(chunks.last.map { $0.range.count <= 480_000 } == true)
            #expect(plan(samples, block: 12_345) == chunks)
            #expect(plan(samples, block: samples.count) == chunks)
        }
    }
}
