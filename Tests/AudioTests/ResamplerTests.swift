import Audio
import Foundation
import TestSupport
import Testing

@Suite struct ResamplerTests {
    private func resample(_ samples: [Float], from rate: Int, block: Int = .max) -> [Float] {
        var resampler = Resampler(from: rate)
        var output: [Float] = []
        for start in stride(from: 0, to: samples.count, by: min(block, samples.count)) {
            let end = min(samples.count, start + min(block, samples.count))
            output += resampler.append(Array(samples[start..<end]))
        }
        return output + resampler.finish()
    }

    /// A tone of amplitude 1.
    private func tone(_ frequency: Double, rate: Int, count: Int) -> [Float] {
        (0..<count).map { Float(sin(2 * Double.pi * frequency * Double($0) / Double(rate))) }
    }

    /// The amplitude, from half a second away from the start: whole periods of every tone here.
    private func level(_ samples: [Float]) -> Double {
        let middle = samples.dropFirst(1000).prefix(8000)
        let power = middle.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(middle.count)
        return (2 * power).squareRoot()
    }

    @Test(arguments: [8000, 11025, 22050, 24000, 44100, 48000])
    func `a chirp agrees with the library's resampler`(rate: Int) throws {
        let goldens = try Fixtures.tensors("frontend/resample.safetensors")
        let output = resample(try #require(goldens["in_\(rate)"]), from: rate)
        let golden = try #require(goldens["out_\(rate)"])
        #expect(output.count == golden.count)
        let inner = 100..<golden.count - 100
        #expect(largestDifference(Array(output[inner]), Array(golden[inner])) <= 1e-3)
    }

    @Test(arguments: [8000, 22050, 44100, 48000, 96000])
    func `tones that fit pass within 0.01 dB`(rate: Int) {
        let top = min(7000, 0.87 * Double(rate) / 2)
        for frequency in [50, 1000, top / 2, top] {
            let output = resample(tone(frequency, rate: rate, count: rate), from: rate)
            let decibels = 20 * log10(level(output))
            #expect(abs(decibels) <= 0.01, "\(frequency) Hz: \(decibels) dB")
        }
    }

    @Test(arguments: [22050, 44100, 48000, 96000])
    func `tones that would fold back are 100 dB down`(rate: Int) {
        for frequency in [8050, 9000, Double(rate) / 2 - 100] {
            let output = resample(tone(frequency, rate: rate, count: rate), from: rate)
            #expect(20 * log10(level(output)) <= -100, "\(frequency) Hz")
        }
    }

    @Test(arguments: [8000, 11025, 44099, 44100, 48000, 767_999])
    func `neither block size changes the output nor the count`(rate: Int) {
        let samples = tone(440, rate: rate, count: 20_001)
        let whole = resample(samples, from: rate)
        #expect(whole.count == Int((20_001.0 * 16000 / Double(rate)).rounded(.up)))
        #expect(resample(samples, from: rate, block: 1) == whole)
        #expect(resample(samples, from: rate, block: 1237) == whole)
    }

    @Test func `a rate without a common divisor is as exact`() {
        let output = resample(tone(1000, rate: 44099, count: 44099), from: 44099)
        let expected = tone(1000, rate: 16000, count: output.count)
        let inner = 1000..<output.count - 1000
        #expect(largestDifference(Array(output[inner]), Array(expected[inner])) <= 2e-5)
    }
}
