import CUDAEmulator
import Compute
import Foundation
import Qwen3ASR
import TestSupport
import Testing

/// The whole model on an emulated GPU against what the official implementation computes.
///
/// On a GPU what is multiplied is rounded to float16, so values differ by about 2^-12 an operation; the chosen tokens
/// must be the same wherever the official margin is larger than that.
@Suite struct CUDAGoldenTests {
    /// Error of a stage's values, as the ratio of Euclidean norms.
    static let limits: [String: Float] = [
        "enc_layer0": 1e-3, "enc_layer1": 1e-3, "enc_layer2": 1e-3, "ln_post": 1e-3,
        "audio_embeds": 1e-3, "dec_layer0": 2e-3, "dec_layer1": 5e-3, "dec_layer2": 1e-2,
        "dec_norm": 1e-2, "logits": 1e-2,
    ]
    /// Largest error of a logit of the tiny checkpoint, whose logits are as large as 10.
    static let logitError: Float = 0.35

    static func backend(isEightBit: Bool = false) throws -> CUDABackend {
        let libraries = try unsafe CUDALibraries(lookup: emulated_symbol)
        return try CUDABackend(
            device: .numbered(0, libraries), libraries: libraries, isEightBit: isEightBit)
    }

    @Test(arguments: ModelGoldenTests.clipNames)
    func `every stage of a clip is near the official implementation, and so are its tokens`(
        clip: String
    ) throws {
        let goldens = try Fixtures.tensors("asr/\(clip).safetensors")
        let expected = try #require(
            try Fixtures.json("asr/clips.json", as: [String: ModelGoldenTests.Clip].self)[clip])
        let run = try GoldenRun(folder: "tiny-asr", backend: Self.backend())
        var stages: [String: [Float]] = [:]
        let choices = try run.greedy(
            Fixtures.samples("audio/\(clip).wav"), count: expected.greedy.count
        ) { stage, values in stages[stage, default: []] += values }
        let vocabulary = run.model.configuration.text.vocabularySize
        stages["logits"] = stages["logits"].map { all in
            expected.logit_positions.flatMap { all[$0 * vocabulary..<($0 + 1) * vocabulary] }
        }
        for (stage, golden) in goldens {
            guard let limit = Self.limits[stage] else { continue }
            let found = try #require(stages[stage])
            #expect(relativeError(found, golden) <= limit, "\(stage)")
            if stage == "logits" { #expect(largestDifference(found, golden) <= Self.logitError) }
        }
        // After a tie within the error of the logits the two may go on differently.
        let parting = choices.indices.first { choices[$0].id != expected.greedy[$0] }
        if let parting { #expect(expected.greedy_margins[parting] <= 2 * Self.logitError) }
    }

    @Test func `with 8 bits logits are less exact than with 16, as far as it is said`() throws {
        var errors: [Float] = []
        for isEightBit in [false, true] {
            let run = try GoldenRun(
                folder: "tiny-asr", backend: Self.backend(isEightBit: isEightBit))
            let vocabulary = run.model.configuration.text.vocabularySize
            for clip in ["c0173_en", "c0300_zh", "c0537_en"] {
                let golden = try #require(Fixtures.tensors("asr/\(clip).safetensors")["logits"])
                let clips = try Fixtures.json(
                    "asr/clips.json", as: [String: ModelGoldenTests.Clip].self)
                let positions = try #require(clips[clip]).logit_positions
                var all: [Float] = []
                _ = try run.greedy(Fixtures.samples("audio/\(clip).wav"), count: 1) {
                    stage, values in
                    if stage == "logits" { all += values }
                }
                let found = positions.flatMap { all[$0 * vocabulary..<($0 + 1) * vocabulary] }
                errors.append(relativeError(found, golden))
            }
        }
        #expect(errors[0..<3].allSatisfy { $0 < 1e-2 })
        #expect(errors[3..<6].allSatisfy { $0 > 1e-2 && $0 < 0.15 })
    }

    /// A short clip, and one whose prompts pass together.
    @Test(.serialized, arguments: [("c0173_en", 120), ("c1234_en", 12)])
    func `with too little memory in the middle fewer sequences go on; all is given back`(
        clip: String, tokenLimit: Int
    ) async throws {
        let samples = try Fixtures.samples("audio/\(clip).wav")
        func tokens(_ generator: Generator, _ count: Int) async throws -> [[Int32]] {
            let streams = (0..<count).map { _ in
                generator.recognise(
                    GenerationRequest(
                        samples: samples, tokenLimit: tokenLimit, ignoresEndTokens: true))
            }
            var all: [[Int32]] = []
            for stream in streams {
                var ids: [Int32] = []
                for try await event in stream {
                    if case .token(let token) = event { ids.append(token.id) }
                }
                all.append(ids)
            }
            return all
        }
        func run() async throws {
            let libraries = try unsafe CUDALibraries(lookup: emulated_symbol)
            let generator = try Generator(
                folder: Fixtures.path("tiny-asr"),
                backend: CUDABackend(device: .numbered(1, libraries), libraries: libraries),
                slots: 5, capacity: 512, memoryBudget: 1 << 30)
            let alone = try await tokens(generator, 1)[0]
            #expect(alone.count == tokenLimit)
            // Room for the keys and values of about two more.
            let refusals = emulated_refusals()
            emulated_set_memory(1, emulated_bytes_in_use(1) + 1 << 20)
            defer { emulated_set_memory(1, 0) }
            let together = try await tokens(generator, 5)
            #expect(emulated_refusals() > refusals)
            #expect(together == [[Int32]](repeating: alone, count: 5))
        }
        try await run()
        // The loop that lets go of the generator last is another task.
        for _ in 0..<200 where emulated_bytes_in_use(1) > 0 {
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(emulated_bytes_in_use(1) == 0)
    }

    @Test func `the demo model reads its samples as on the processor`() throws {
        func tokens(_ backend: any Backend) throws -> [[Int32]] {
            let run = try GoldenRun(
                path: Fixtures.demoModel.path(percentEncoded: false), backend: backend)
            let prompts = try ["male-speaker", "interview"].map {
                try run.prompted(Array(Fixtures.samples("demo-pcm/\($0).wav").prefix(16000 * 8)))
            }
            return try run.greedy(prompts, count: 40).map { $0.map(\.id) }
        }
        let replays = emulated_replays()
        #expect(try tokens(Self.backend()) == tokens(CPUBackend(threads: 2)))
        // All but the first two of 39 steps were recorded ones.
        #expect(emulated_replays() - replays >= 37)
    }
}

/// `|found - expected| / |expected|`
func relativeError(_ found: [Float], _ expected: [Float]) -> Float {
    guard found.count == expected.count else { return .infinity }
    let difference = zip(found, expected).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    let size = expected.reduce(0.0) { $0 + Double($1 * $1) }
    return Float((difference / max(size, 1e-30)).squareRoot())
}
