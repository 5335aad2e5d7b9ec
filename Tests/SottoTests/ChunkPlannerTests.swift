import Audio
import Compute
import Foundation
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

    /// Plans with probabilities that come in blocks, as a detector gives them.
    private func plan(
        _ samples: [Float], speech: [Float], block: Int = 8000, frames: Int = 64
    ) -> [PlannedChunk] {
        var planner = ChunkPlanner(listensForSpeech: true)
        var chunks: [PlannedChunk] = []
        var told = 0
        for start in stride(from: 0, to: samples.count, by: block) {
            let end = min(start + block, samples.count)
            let certain = end == samples.count ? speech.count : end / 512 / frames * frames
            planner.append(
                Array(samples[start..<end]), speech: Array(speech[told..<max(told, certain)]))
            told = max(told, certain)
            while let chunk = planner.next(isAtEnd: false) { chunks.append(chunk) }
        }
        while let chunk = planner.next(isAtEnd: true) { chunks.append(chunk) }
        return chunks
    }

    @Test func `a cut lies in the pause that the detector hears, not in a quieter place`() {
        // Ninety seconds of noise; 24 s and 50 s on, nobody speaks for half a second, and 22 s and 52 s on
        // it is quiet.
        var samples = signal(seed: 5, count: 90 * 16000).map { $0 + 0.1 }
        var speech = [Float](repeating: 0.9, count: (samples.count + 511) / 512)
        for second in [22, 52] {
            for index in 0..<3200 { samples[second * 16000 + index] = 0 }
        }
        for second in [24, 50] {
            for frame in 0..<16 { speech[second * 16000 / 512 + frame] = 0.1 }
        }
        let chunks = plan(samples, speech: speech)
        for (chunk, second) in zip(chunks, [24, 50]) {
            let end = Double(chunk.range.upperBound) / 16000
            #expect((Double(second)..<Double(second) + 0.52).contains(end))
        }
        let byLoudness = plan(samples).map(\.range.upperBound)
        #expect(byLoudness[0] / 16000 == 22)
        // Where speech is probable everywhere, chunks overlap.
        let always = [Float](repeating: 0.9, count: speech.count)
        let overlapping = plan(samples, speech: always)
        #expect(
            overlapping.map(\.range) == [
                0..<480_000, 400_000..<880_000, 800_000..<1_280_000, 1_200_000..<1_440_000,
            ])
        #expect(overlapping.map(\.isContinued) == [true, true, true, false])
        #expect(abs((chunks[0].speechSeconds ?? 0) - 24) < 0.6)
        #expect(plan(samples)[0].speechSeconds == nil)
    }

    @Test func `in music a second without certain speech is a pause, and less is none`() {
        let samples = signal(seed: 5, count: 60 * 16000)
        func firstCut(probability: Float, frames: Int) -> (end: Double, isContinued: Bool) {
            var speech = [Float](repeating: 0.9, count: (samples.count + 511) / 512)
            for frame in 0..<frames { speech[24 * 16000 / 512 + frame] = probability }
            let chunk = plan(samples, speech: speech)[0]
            return (Double(chunk.range.upperBound) / 16000, chunk.isContinued)
        }
        let lull = firstCut(probability: 0.6, frames: 32)
        #expect((24.1..<24.9).contains(lull.end))
        #expect(!lull.isContinued)
        #expect(firstCut(probability: 0.6, frames: 30) == (30, true))
        #expect(firstCut(probability: 0.75, frames: 64) == (30, true))
        #expect(firstCut(probability: 0.2, frames: 6) != (30, true))
    }

    @Test func `a cut lies inside a pause, not where a word still fades out`() {
        var samples = signal(seed: 5, count: 60 * 16000).map { $0 + 0.1 }
        var speech = [Float](repeating: 0.9, count: (samples.count + 511) / 512)
        // A second of digital silence: every place in it is as quiet.
        let pause = 23 * 16000 / 512..<24 * 16000 / 512
        for frame in pause { speech[frame] = 0.1 }
        for index in pause.lowerBound * 512..<pause.upperBound * 512 { samples[index] = 0 }
        let cut = Double(plan(samples, speech: speech)[0].range.upperBound) / 16000
        #expect((23.1..<23.9).contains(cut))
    }

    @Test func `with a detector too, chunks cover everything in order, within bounds`() {
        for seed in UInt32(1)...8 {
            let samples = signal(seed: seed, count: 1_600_000 + Int(seed) * 77_777)
            let speech = signal(seed: seed + 100, count: (samples.count + 511) / 512).map {
                min(1, max(0, $0 * 4 + 0.5))
            }
            let chunks = plan(samples, speech: speech)
            #expect(chunks.allSatisfy { $0.samples == Array(samples[$0.range]) })
            #expect(chunks.first?.range.lowerBound == 0)
            #expect(chunks.last?.range.upperBound == samples.count)
            for (before, after) in zip(chunks, chunks.dropFirst()) {
                let overlap = before.isContinued ? 80_000 : 0
                #expect(after.range.lowerBound == before.range.upperBound - overlap)
            }
            #expect(chunks.last?.isContinued == false)
            #expect(chunks.dropLast().allSatisfy { (320_000...480_000).contains($0.range.count) })
            #expect(chunks.last.map { $0.range.count <= 480_000 } == true)
            #expect(plan(samples, speech: speech, block: 12_345, frames: 1) == chunks)
            #expect(plan(samples, speech: speech, block: samples.count) == chunks)
        }
    }

    /// Ten minutes of talk in noise of three levels, to 6 dB louder than the voices: by loudness alone
    /// some cuts fall into words, since the quietest place is no pause then.
    @Test(arguments: [Float(0.06), 0.12, 0.2])
    func `in noise cuts fall into pauses`(level: Float) throws {
        let talk = try talk()
        var state: UInt32 = 1
        let noisy = talk.map { sample in
            state = state &* 1_664_525 &+ 1_013_904_223
            return sample + Float(Int32(bitPattern: state)) / 0x1p31 * level
        }
        let detector = try SpeechDetector(
            weights: Fixtures.speechDetector, backend: CPUBackend(threads: 2))
        let speech = try detector.append(noisy) + detector.finish()
        let cutWords = plan(noisy, speech: speech).dropLast().count { chunk in
            let around = talk[chunk.range.upperBound - 800..<chunk.range.upperBound + 800]
            return around.reduce(0) { $0 + $1 * $1 } / 1600 > 1e-5
        }
        #expect(cutWords == 0)
    }

    /// The demo samples one after the other, ten times, each time from another place on.
    private func talk() throws -> [Float] {
        let folder = Fixtures.demoModel.appending(path: "samples")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".wav") && !$0.hasPrefix("silence") }.sorted()
        let samples = try names.flatMap { name in
            let reader = try WaveReader(path: folder.appending(path: name).path)
            var samples: [Float] = []
            while let block = try reader.next() { samples += block }
            return samples
        }
        return (0..<10).flatMap { turn in
            let start = turn * 77_777 % samples.count
            return samples[start...] + samples[..<start]
        }
    }
}
