import Audio
import Compute
import TestSupport
import Testing

import func Foundation.sin

@Suite struct LogMelTests {
    /// `[128, frames]` as stored in the goldens, from `[frames, 128]`.
    private func transposed(_ mel: LogMel, frames: Range<Int>? = nil) -> [Float] {
        let frames = frames ?? 0..<mel.frameCount
        return (0..<LogMel.binCount).flatMap { bin in
            frames.map { mel.values[$0 * LogMel.binCount + bin] }
        }
    }

    /// The signals that `frontend/README.json` describes.
    private var signals: [String: [Float]] {
        var state: UInt32 = 9
        let noise = (0..<24000).map { index in
            state = state &* 1_664_525 &+ 1_013_904_223
            let step = (index / 4000 * 37) % 101
            let amplitude = 0.02 + 0.4 * Double(step) / 100
            return Float(0.5) * Float(amplitude * (Double(state) / 4_294_967_296 - 0.5))
        }
        let impulse = (0..<4000).map { Float($0 == 2000 ? 1 : 0) }
        let tone = (0..<8000).map { index in
            Float(0.5 * sin(2 * Double.pi * 440 * Double(index) / 16000))
        }
        return ["noise": noise, "impulse": impulse, "tone440": tone]
    }

    @Test(arguments: ["noise", "impulse", "tone440"])
    func `mel of a synthetic signal equals the library's`(name: String) throws {
        let golden = try #require(try Fixtures.tensors("frontend/mel.safetensors")["\(name)_mel"])
        let mel = try LogMel(of: #require(signals[name]))
        #expect(largestDifference(transposed(mel), golden) <= 1e-4)
    }

    @Test(arguments: [
        "c0005_chirp", "c0013_chirp", "c0050_chirp", "c0099_chirp", "c0100_chirp", "c0101_chirp",
        "c0173_en", "c0200_silence", "c0300_zh", "c0537_en", "c0800_de", "c0801_de", "c1234_en",
    ])
    func `mel of a clip equals the library's`(clip: String) throws {
        let golden = try #require(try Fixtures.tensors("asr/\(clip).safetensors")["mel"])
        let mel = try LogMel(of: Fixtures.samples("audio/\(clip).wav"))
        #expect(largestDifference(transposed(mel), golden) <= 1e-4)
    }

    @Test func `mel of 30 seconds equals the library's at both ends`() throws {
        let golden = try Fixtures.tensors("asr/c3000_mix.safetensors")
        let mel = try LogMel(of: Fixtures.samples("audio/c3000_mix.wav"))
        let head = try #require(golden["mel_head"])
        let tail = try #require(golden["mel_tail"])
        #expect(mel.frameCount == 3000)
        #expect(largestDifference(transposed(mel, frames: 0..<150), head) <= 1e-4)
        #expect(largestDifference(transposed(mel, frames: 2850..<3000), tail) <= 1e-4)
    }

    @Test func `the number of threads does not change a bit`() throws {
        let samples = try Fixtures.samples("audio/c3000_mix.wav")
        let alone = try LogMel(of: samples)
        for threads in 1...3 {
            #expect(try LogMel(of: samples, pool: ThreadPool(threads: threads)) == alone)
        }
    }

    @Test(arguments: [0, 1, 200])
    func `a clip too short to mirror is refused`(count: Int) {
        let error = #expect(throws: AudioError.self) {
            try LogMel(of: [Float](repeating: 0, count: count))
        }
        #expect(
            error?.description == "The audio has \(count) samples at 16 kHz and needs 201. "
                + "Is the recording empty?")
    }

    @Test func `201 samples make one frame`() throws {
        #expect(
            try LogMel(of: [Float](repeating: 0, count: 201)).values
                == Array(repeating: -1.5, count: 128))
    }
}
