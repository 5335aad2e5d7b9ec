import Audio
import Compute
import Foundation
import Qwen3ASR
import TestSupport
import Testing

/// Generated tokens of the tiny checkpoint, alone and together, in every layout.
@Suite struct GenerationGoldenTests {
    private struct Variants: Decodable {
        struct Variant: Decodable {
            let clip: String
            let context: String
            let language: String?
            let greedy: [Int32]
        }
        let variants: [Variant]
    }

    @Test(arguments: backends)
    func `context and forced language change the answer as in the official implementation`(
        backend: NamedBackend
    ) throws {
        let run = try GoldenRun(folder: "tiny-asr", backend: backend.make())
        let goldens: Variants = try Fixtures.json("asr/prompts.json")
        for golden in goldens.variants {
            let found = try run.greedy(
                Fixtures.samples("audio/\(golden.clip).wav"), context: golden.context,
                language: golden.language, count: golden.greedy.count)
            #expect(found.map(\.id) == golden.greedy)
        }
    }

    private struct FullAttention: Decodable {
        let greedy: [Int32]
    }

    @Test(arguments: backends)
    func `without windows the encoder equals the package's path on a CPU`(
        backend: NamedBackend
    ) throws {
        let run = try GoldenRun(folder: "tiny-asr", backend: backend.make())
        let goldens: [String: FullAttention] = try Fixtures.json("asr/full_attention.json")
        let embeddings = try Fixtures.tensors("asr/full_attention.safetensors")
        #expect(goldens.count == 2)
        for (clip, golden) in goldens {
            var found: [Float] = []
            let ids = try run.greedy(
                Fixtures.samples("audio/\(clip).wav"), count: golden.greedy.count,
                isWindowed: false
            ) { stage, values in
                if stage == "audio_embeds" { found = values }
            }
            #expect(try largestDifference(found, #require(embeddings[clip])) <= 2e-5)
            #expect(ids.map(\.id) == golden.greedy)
        }
    }

    @Test(arguments: backends)
    func `a short clip is widened to a full second as the native implementation does`(
        backend: NamedBackend
    ) throws {
        let run = try GoldenRun(folder: "tiny-asr", backend: backend.make())
        let embeddings = try Fixtures.tensors("asr/short_wide.safetensors")
        #expect(embeddings.count == 4)
        for (clip, golden) in embeddings {
            let samples = try Fixtures.samples("audio/\(clip).wav")
            let padded = samples + [Float](repeating: 0, count: max(0, 8000 - samples.count))
            var found: [Float] = []
            _ = try run.greedy(
                [run.prompted(padded)], count: 1, options: EncodingOptions(shortClips: .wide)
            ) { stage, values in
                if stage == "audio_embeds" { found = values }
            }
            #expect(largestDifference(found, golden) <= 2e-5, "\(clip)")
        }
    }

    @Test(arguments: ["tiny-asr-hf", "tiny-asr-sharded"])
    func `every layout of the same weights gives the same tokens`(folder: String) throws {
        let clips: [String: ModelGoldenTests.Clip] = try Fixtures.json("asr/clips.json")
        let run = try GoldenRun(folder: folder, backend: CPUBackend(threads: 2))
        for name in ["c0013_chirp", "c0537_en", "c1234_en"] {
            let golden = try #require(clips[name])
            let found = try run.greedy(
                Fixtures.samples("audio/\(name).wav"), count: golden.greedy.count)
            #expect(found.map(\.id) == golden.greedy, "\(name)")
        }
    }

    @Test(arguments: backends)
    func `sequences in one batch give the tokens they give alone`(backend: NamedBackend) throws {
        let clips: [String: ModelGoldenTests.Clip] = try Fixtures.json("asr/clips.json")
        let run = try GoldenRun(folder: "tiny-asr", backend: backend.make(), slots: 7)
        let names = [
            "c0173_en", "c0005_chirp", "c1234_en", "c0200_silence", "c0099_chirp", "c0300_zh",
            "c0537_en",
        ]
        let prompts = try names.map {
            try run.prompted(Fixtures.samples("audio/\($0).wav"))
        }
        let together = try run.greedy(prompts, count: 40)
        for (name, found) in zip(names, together) {
            #expect(found.map(\.id) == clips[name]?.greedy, "\(name)")
        }
    }

    private struct Batch: Decodable {
        let clips: [String]
        let languages: [String?]
        let frames: [Int]
        let greedy: [[Int32]]
    }

    /// The package pads the waveforms of a batch to the longest, which can give a clip one frame more.
    @Test(arguments: backends)
    func `the package's padded batch is reproduced from its frames`(backend: NamedBackend) throws {
        let golden: Batch = try Fixtures.json("asr/batch.json")
        let tensors = try Fixtures.tensors("asr/batch.safetensors")
        let run = try GoldenRun(folder: "tiny-asr", backend: backend.make())
        let waves = try golden.clips.map { try Fixtures.samples("audio/\($0).wav") }
        let longest = waves.map(\.count).max() ?? 0
        let prompts = try zip(waves, zip(golden.frames, golden.languages)).enumerated().map {
            index, clip in
            let padded = clip.0 + [Float](repeating: 0, count: longest - clip.0.count)
            let mel = try LogMel(of: padded).prefix(clip.1.0)
            let tail = (0..<128).flatMap { bin in
                (clip.1.0 - 5..<clip.1.0).map { mel.values[$0 * 128 + bin] }
            }
            #expect(try largestDifference(tail, #require(tensors["mel_last5_\(index)"])) <= 1e-4)
            return run.prompted(mel, language: clip.1.1)
        }
        let found = try run.greedy(prompts, count: 40)
        #expect(found.map { $0.map(\.id) } == golden.greedy)
    }

    private struct Stream: Decodable {
        struct Call: Decodable {
            let samples: Int
            let prompt: String
            let prompt_tail_ids: [Int32]
            let ids: [Int32]
        }
        let clip: String
        let calls: [Call]
    }

    @Test(arguments: backends)
    func `every step of the package's streaming gives the same tokens`(backend: NamedBackend) throws
    {
        let goldens: [Stream] = try Fixtures.json("asr/streaming.json")
        #expect(goldens.count == 3)
        let run = try GoldenRun(folder: "tiny-asr", backend: backend.make())
        let mark = "<|audio_pad|>"
        for golden in goldens {
            let samples = try Fixtures.samples("audio/\(golden.clip).wav")
            for call in golden.calls {
                let mel = try LogMel(of: Array(samples.prefix(call.samples)))
                let count = AudioEncoder.audioTokenCount(frames: mel.frameCount)
                let place = try #require(call.prompt.range(of: mark))
                let head = run.model.tokenizer.encode(String(call.prompt[..<place.lowerBound]))
                let tail = run.model.tokenizer.encode(String(call.prompt[place.upperBound...]))
                let audio = [Int32](repeating: run.model.configuration.audioTokenID, count: count)
                let ids = head + audio + tail
                #expect(ids.suffix(40) == call.prompt_tail_ids[...])
                let prompt = GenerationBatch.Prompted(
                    tokens: PromptTokens(ids: ids, audioRange: head.count..<head.count + count),
                    mel: mel)
                let found = try run.greedy([prompt], count: call.ids.count)[0].map(\.id)
                #expect(found == call.ids)
            }
        }
    }

    @Test(arguments: KernelSet.all)
    func `neither threads nor neighbours change a bit of a sequence`(kernelSet: KernelSet) throws {
        let names = ["c0173_en", "c1234_en", "c0300_zh"]
        func choices(threads: Int, together: Bool) throws -> [[TokenChoice]] {
            let run = try GoldenRun(
                folder: "tiny-asr", backend: CPUBackend(threads: threads, kernelSet: kernelSet))
            let prompts = try names.map {
                try run.prompted(Fixtures.samples("audio/\($0).wav"))
            }
            return together
                ? try run.greedy(prompts, count: 40)
                : try prompts.map { try run.greedy([$0], count: 40)[0] }
        }
        let alone = try choices(threads: 1, together: false)
        for threads in 1...3 {
            #expect(try choices(threads: threads, together: true) == alone)
        }
    }

    @Test(arguments: KernelSet.all)
    func `logits have the same bits at every thread count`(kernelSet: KernelSet) throws {
        func logits(threads: Int) throws -> [Float] {
            let run = try GoldenRun(
                folder: "tiny-asr", backend: CPUBackend(threads: threads, kernelSet: kernelSet))
            var found: [Float] = []
            _ = try run.greedy(Fixtures.samples("audio/c1234_en.wav"), count: 1) { stage, values in
                if stage == "logits" { found = values }
            }
            return found
        }
        let alone = try logits(threads: 1)
        #expect(alone.count == 177 * 832)
        #expect(try logits(threads: 2) == alone)
        #expect(try logits(threads: 3) == alone)
    }
}
