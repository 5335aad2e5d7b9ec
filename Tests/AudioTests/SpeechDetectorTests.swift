import Audio
import Compute
import Foundation
import TestSupport
import Testing

/// The speech detector, whose weights set-up fetches.
@Suite struct SpeechDetectorTests {
    private func detector(threads: Int = 2, block: Int = 64) throws -> SpeechDetector {
        try SpeechDetector(
            weights: Fixtures.speechDetector, backend: CPUBackend(threads: threads),
            blockFrameCount: block)
    }

    @Test(arguments: KernelSet.all)
    func `ten minutes of mixed sound are heard as by its ONNX form`(kernelSet: KernelSet) throws {
        let samples = try MixedSound.samples()
        let expected = try Self.goldens()
        let detector = try SpeechDetector(
            weights: Fixtures.speechDetector, backend: CPUBackend(threads: 2, kernelSet: kernelSet))
        let found = try detector.append(samples) + detector.finish()
        #expect(largestDifference(found, expected) < 1e-4)
        #expect(found.count { $0 > 0.5 } == 12_817)
    }

    @Test func `what comes in pieces is heard as what comes at once`() throws {
        let samples = Array(try MixedSound.samples().prefix(16000 * 20 + 77))
        let whole = try detector()
        let expected = try whole.append(samples) + whole.finish()
        let live = try detector(threads: 1, block: 1)
        var found: [Float] = []
        for start in stride(from: 0, to: samples.count, by: 700) {
            found += try live.append(Array(samples[start..<min(start + 700, samples.count)]))
            #expect(found.count == min(start + 700, samples.count) / 512)
        }
        found += try live.finish()
        #expect(found.count == (samples.count + 511) / 512)
        #expect(largestDifference(found, expected) < 1e-5)
    }

    @Test func `nothing is heard in nothing`() throws {
        let detector = try detector()
        #expect(try detector.append([]) == [])
        #expect(try detector.finish() == [])
    }

    @Test func `a file of other weights is refused`() throws {
        let path = Fixtures.path("tiny-asr/model.safetensors")
        #expect(throws: SpeechDetectorError(path: path, tensor: "stft_conv.weight")) {
            try SpeechDetector(weights: path, backend: CPUBackend(threads: 1))
        }
    }

    private static func goldens() throws -> [Float] {
        let data = try Data(contentsOf: Fixtures.folder.appending(path: "speech/probabilities.f32"))
        return stride(from: 0, to: data.count, by: 4).map { start in
            let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[start + $1]) << (8 * $1) }
            return Float(bitPattern: bits)
        }
    }
}

/// Ten minutes made of the demo samples: clean, with noise, hum, other speakers and music, and quiet.
///
/// By whole-number arithmetic alone, as in `Tools/reference/speech_probabilities.py`.
private enum MixedSound {
    static func samples() throws -> [Float] {
        let folder = Fixtures.demoModel.appending(path: "samples")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".wav") }.sorted()
        let speech = try names.flatMap { name in
            let bytes = try [UInt8](Data(contentsOf: folder.appending(path: name)))
            return stride(from: 44, to: bytes.count - 1, by: 2).map { at in
                Int(Int16(bitPattern: UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8))
            }
        }
        let count = speech.count
        let (hiss, hum) = (noise(count), triangle(count, period: 320, height: 1500))
        let others = (0..<count).map { index in
            [100_003, 300_007, 500_009].reduce(0) { $0 + speech[(index + count - $1) % count] } >> 1
        }
        let notes = [64, 50, 42, 32].map { period in
            sum(
                triangle(3200, period: period, height: 3000),
                triangle(3200, period: period / 2, height: 2000))
        }
        let music = (0..<count).map { notes[$0 / 3200 % 4][$0 % 3200] }
        var parts = [speech]
        parts += [3, 9, 15, 27].map { level in sum(speech, hiss.map { ($0 * level) >> 8 }) }
        parts += [sum(speech, hum), sum(speech, others), sum(speech, music)]
        parts += [speech.map { $0 >> 5 }, sum(music, hiss.map { $0 >> 6 })]
        return parts.joined().map { Float(max(-32768, min(32767, $0))) / 32768 }
    }

    private static func sum(_ first: [Int], _ second: [Int]) -> [Int] {
        zip(first, second).map { $0 + $1 }
    }

    /// Uniform 16-bit values of a linear congruential generator (Numerical Recipes).
    private static func noise(_ count: Int) -> [Int] {
        var state: UInt32 = 1
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return Int(Int16(truncatingIfNeeded: state >> 16))
        }
    }

    private static func triangle(_ count: Int, period: Int, height: Int) -> [Int] {
        (0..<count).map { abs($0 % period * 4 - period * 2) * height / (period * 2) - height / 2 }
    }
}
