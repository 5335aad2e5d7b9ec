import Audio
import Compute
import Qwen3ASR
import TestSupport
import Testing

/// A backend under test, named in the report.
struct NamedBackend: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable () throws -> any Backend
}

/// The oracle, and every kernel set that this machine runs.
let backends: [NamedBackend] =
    [NamedBackend(testDescription: "reference") { ReferenceBackend() }]
    + KernelSet.all.map { set in
        NamedBackend(testDescription: "cpu \(set)") { try CPUBackend(threads: 2, kernelSet: set) }
    }

/// Drives a tiny checkpoint as the goldens were made: greedy, end tokens ignored.
final class GoldenRun {
    let model: SpeechModel
    let batch: GenerationBatch
    private(set) var lastPrompt: [Int32] = []
    private(set) var frameCount = 0

    convenience init(folder: String, backend: any Backend, slots: Int = 4) throws {
        try self.init(path: Fixtures.path(folder), backend: backend, slots: slots)
    }

    init(path: String, backend: any Backend, slots: Int = 4) throws {
        model = try SpeechModel(folder: path, backend: backend)
        batch = try GenerationBatch(model.network, slots: slots, capacity: 512)
    }

    func prompted(
        _ samples: [Float], context: String = "", language: String? = nil
    ) throws -> GenerationBatch.Prompted {
        prompted(try LogMel(of: samples), context: context, language: language)
    }

    func prompted(
        _ mel: LogMel, context: String = "", language: String? = nil
    ) -> GenerationBatch.Prompted {
        let tokens = model.prompt.tokens(
            context: context, language: language,
            audioTokenCount: AudioEncoder.audioTokenCount(frames: mel.frameCount), isParity: true)
        lastPrompt = tokens.ids
        frameCount = mel.frameCount
        return .init(tokens: tokens, mel: mel)
    }

    func greedy(
        _ samples: [Float], context: String = "", language: String? = nil, count: Int,
        isWindowed: Bool = true, probe: Probe? = nil
    ) throws -> [TokenChoice] {
        let options = EncodingOptions(shortClips: .narrow, isWindowed: isWindowed)
        return try greedy(
            [prompted(samples, context: context, language: language)], count: count,
            options: options, probe: probe)[0]
    }

    /// Several sequences in one batch.
    func greedy(
        _ prompts: [GenerationBatch.Prompted], count: Int,
        options: EncodingOptions = EncodingOptions(shortClips: .narrow), probe: Probe? = nil
    ) throws -> [[TokenChoice]] {
        var times = StageTimes()
        var slots: [Int] = []
        var choices: [Int: [TokenChoice]] = [:]
        for var prompt in prompts {
            prompt.options = options
            slots += try batch.start([prompt], probe: probe)
            while batch.isPrefilling {
                for (slot, choice) in try batch.advancePrefill(times: &times) {
                    choices[slot] = [choice]
                }
            }
        }
        for _ in 1..<count {
            for (slot, choice) in try batch.step(times: &times) { choices[slot]?.append(choice) }
        }
        slots.forEach(batch.release)
        return slots.map { choices[$0] ?? [] }
    }
}
