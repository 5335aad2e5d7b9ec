import Audio
import Compute
import Foundation
import Qwen3ASR
import TestSupport
import Testing

/// What the official implementation computes for the tiny checkpoint, stage by stage.
///
/// Tolerances are those of the goldens: maximum absolute differences in single precision.
@Suite struct ModelGoldenTests {
    struct Clip: Decodable, Sendable {
        let prompt_ids: PromptIDs
        let logit_positions: [Int]
        let greedy: [Int32]
        let greedy_margins: [Float]
    }

    /// Written out, or for the longest clip as what stands around its audio.
    struct PromptIDs: Decodable {
        let head, tail: [Int32]
        let count: Int

        enum CodingKeys: String, CodingKey { case head, audio_pads, tail }

        init(from decoder: any Decoder) throws {
            if let all = try? decoder.singleValueContainer().decode([Int32].self) {
                (head, tail, count) = (all, all, all.count)
            } else {
                let values = try decoder.container(keyedBy: CodingKeys.self)
                head = try values.decode([Int32].self, forKey: .head)
                tail = try values.decode([Int32].self, forKey: .tail)
                count = try head.count + values.decode(Int.self, forKey: .audio_pads) + tail.count
            }
        }
    }

    static let clipNames = [
        "c0005_chirp", "c0013_chirp", "c0050_chirp", "c0099_chirp", "c0100_chirp", "c0101_chirp",
        "c0173_en", "c0200_silence", "c0300_zh", "c0537_en", "c0800_de", "c0801_de", "c1234_en",
        "c3000_mix",
    ]

    static let limits: [String: Float] = [
        "conv1": 5e-5, "conv2": 5e-5, "conv3": 5e-5, "conv_out": 5e-5,
        "enc_layer0": 1e-4, "enc_layer1": 1e-4, "enc_layer2": 1e-4, "ln_post": 1e-4,
        "audio_embeds": 2e-5,
        "dec_layer0": 5e-3, "dec_layer1": 5e-3, "dec_layer2": 5e-3, "dec_norm": 5e-3,
        "logits": 5e-3,
    ]

    @Test(arguments: backends, clipNames)
    func `every stage of a clip equals the official implementation`(
        backend: NamedBackend, clip: String
    ) throws {
        let goldens = try Fixtures.tensors("asr/\(clip).safetensors")
        let expected: Clip = try #require(
            try Fixtures.json("asr/clips.json", as: [String: Clip].self)[clip])
        let run = try GoldenRun(folder: "tiny-asr", backend: backend.make())
        var stages: [String: [Float]] = [:]
        let ids = try run.greedy(
            Fixtures.samples("audio/\(clip).wav"), count: expected.greedy.count
        ) { stage, values in stages[stage, default: []] += values }
        let prompt = expected.prompt_ids
        #expect(run.lastPrompt.count == prompt.count)
        #expect(run.lastPrompt.prefix(prompt.head.count) == prompt.head[...])
        #expect(run.lastPrompt.suffix(prompt.tail.count) == prompt.tail[...])
        let vocabulary = run.model.configuration.text.vocabularySize
        stages["logits"] = stages["logits"].map { all in
            expected.logit_positions.flatMap { all[$0 * vocabulary..<($0 + 1) * vocabulary] }
        }
        for (stage, golden) in goldens where !stage.hasPrefix("mel") {
            var found = try #require(stages[stage])
            if let halvings = ["conv1": 1, "conv2": 2, "conv3": 3][stage] {
                found = channelsFirst(found, halvings: halvings, frames: min(100, run.frameCount))
            }
            let limit = try #require(Self.limits[stage])
            #expect(largestDifference(found, golden) <= limit, "\(stage)")
        }
        #expect(ids.map(\.id) == expected.greedy)
        let margins = ids.map(\.margin)
        #expect(largestDifference(margins, expected.greedy_margins) <= 1e-2)
    }

    /// `[chunks, time, mel, 16]` to `[chunks, 16, mel, time]`.
    private func channelsFirst(_ values: [Float], halvings: Int, frames: Int) -> [Float] {
        let (bins, channels) = (128 >> halvings, 16)
        let time = (0..<halvings).reduce(frames) { length, _ in (length + 1) / 2 }
        return (0..<values.count / (time * bins * channels)).flatMap { chunk in
            (0..<channels).flatMap { channel in
                (0..<bins).flatMap { bin in
                    (0..<time).map {
                        values[((chunk * time + $0) * bins + bin) * channels + channel]
                    }
                }
            }
        }
    }
}
