import ArgumentParser
import Audio
import Compute
import Foundation
import Qwen3ASR

/// Measures the engine stage by stage: no parser, no transcript, a fixed number of tokens.
struct EngineBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine", abstract: "Measure the engine, stage by stage.",
        discussion: """
            Decodes exactly --tokens tokens for every 30 s of audio, end tokens ignored, so that \
            random weights can be measured and runs compared.
            """)

    @Option(help: "A WAV file.")
    var audio: String

    @Option(
        help:
            "A model's folder, or random:0.6B or random:1.7B for weights of that size made in memory."
    )
    var model: String

    @Option(help: "Tokens to decode for every 30 s.")
    var tokens = 100

    @Option(help: "CPU threads. Default: as many as this process may use.")
    var threads: Int?

    @Option(help: "cpu, cuda or cuda:N.")
    var device = "cpu"

    @OptionGroup var gpuOptions: GPUOptions

    @Flag(help: "Keep matrices as bytes, on a GPU.")
    var eightBit = false

    @Option(
        help:
            "Decode the same pieces so many times over. Default: once; on a GPU, as often as fills the slots."
    )
    var repeats: Int?

    @Option(parsing: .upToNextOption, help: "Pieces decoded at once; one table for each number.")
    var slots = [1]

    @Option(
        help:
            "Kernel set: \(KernelSet.all.map(\.description).joined(separator: ", ")). Default: the last."
    )
    var kernels: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let kernels, KernelSet.named(kernels) == nil {
            throw ValidationError("This machine has no kernels named '\(kernels)'.")
        }
        if tokens < 1 { throw ValidationError("--tokens must be 1 or more.") }
        if slots.contains(where: { $0 < 1 }) || (repeats ?? 1) < 1 {
            throw ValidationError("--slots and --repeats begin at 1.")
        }
    }

    func run() throws {
        let clock = ContinuousClock()
        let processor = try CPUBackend(
            threads: threads ?? ThreadPool.availableThreadCount,
            kernelSet: kernels.flatMap { KernelSet.named($0) } ?? .best)
        let gpu = try GPUOptions.index(of: device).map {
            try gpuOptions.backend($0, eightBit)
        }
        let backend: any Backend = gpu ?? processor
        guard slots.allSatisfy({ $0 <= backend.longestStep }) else {
            throw ValidationError("--slots must be up to \(backend.longestStep).")
        }
        var network: SpeechNetwork?
        let load = try clock.measure {
            network = try SpeechNetwork(Self.checkpoint(model), backend: backend)
        }
        var pieces: [[Float]] = []
        let read = try clock.measure { pieces = try readPieces(audio) }
        guard let network, !pieces.isEmpty else { return }
        let bandwidth = try gpu?.copyBandwidth() ?? 0
        for slots in slots {
            var report = BenchReport(
                model: model,
                kernels: gpu.map { "\($0.name) \($0.precision)" }
                    ?? processor.kernelSet.description,
                threads: processor.pool.threadCount, slots: slots, tokens: tokens)
            (report.load, report.read, report.bandwidth) = (load, read, bandwidth)
            let filling = ((slots > 32 ? slots : slots * 3) + pieces.count - 1) / pieces.count
            let repeats = self.repeats ?? (gpu == nil ? 1 : filling)
            let work = (0..<repeats).flatMap { _ in pieces }
            report.audioSeconds = work.reduce(0) { $0 + Double($1.count) / 16000 }
            let batch = try GenerationBatch(
                network, slots: slots, capacity: 512 + tokens, isMeasured: gpu != nil)
            if gpu != nil {
                // Once unmeasured: memory is taken and steps are recorded.
                var ignored = StageTimes()
                try decode(Array(work.prefix(slots)), batch, network, &ignored, processor.pool)
                report.stepByteCount = network.decoder.stepByteCount(isEightBit: eightBit)
            }
            report.work = try clock.measure {
                for first in stride(from: 0, to: work.count, by: slots) {
                    let group = work[first..<min(first + slots, work.count)]
                    try decode(Array(group), batch, network, &report.times, processor.pool)
                }
            }
            report.peakByteCount = peakMemoryByteCount()
            print(json ? report.json : report.table)
        }
    }

    /// A folder's, or random weights.
    static func checkpoint(_ model: String) throws -> Checkpoint {
        guard model.hasPrefix("random:") else { return try Checkpoint(folder: model) }
        guard let configuration = ModelConfiguration.released(String(model.dropFirst(7))) else {
            throw ValidationError("--model random: knows 0.6B and 1.7B.")
        }
        return Checkpoint(randomWeightsFor: configuration)
    }

    private func decode(
        _ group: [[Float]], _ batch: GenerationBatch, _ network: SpeechNetwork,
        _ times: inout StageTimes, _ pool: ThreadPool
    ) throws {
        var slotsInUse: [Int] = []
        var prompts: [GenerationBatch.Prompted] = []
        func pass() throws {
            slotsInUse += try batch.start(prompts)
            while batch.isPrefilling { _ = try batch.advancePrefill(times: &times) }
            prompts = []
        }
        for samples in group {
            let clock = ContinuousClock()
            var mel: LogMel?
            times.mel += try clock.measure { mel = try LogMel(of: samples, pool: pool) }
            guard let mel else { continue }
            let count = AudioEncoder.audioTokenCount(frames: mel.frameCount)
            // 9 tokens before the audio and 6 after it, as the prompt has; which ones costs nothing.
            let ids = [Int32](repeating: 1, count: 9 + count + 6)
            var prompt = GenerationBatch.Prompted(
                tokens: PromptTokens(ids: ids, audioRange: 9..<9 + count), mel: mel)
            prompt.tokenLimit = tokens
            if !batch.mayPass(prompt.tokens, with: prompts.map(\.tokens)) { try pass() }
            prompts.append(prompt)
        }
        if !prompts.isEmpty { try pass() }
        for _ in 1..<tokens { _ = try batch.step(times: &times) }
        slotsInUse.forEach(batch.release)
    }
}
