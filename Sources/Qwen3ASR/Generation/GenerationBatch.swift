package import Audio
package import Compute

/// Sequences that are decoded together, one token of each per step.
///
/// The mechanism without the policy: what to start, and when a sequence is done, is the caller's
/// business. A sequence gives the same tokens whatever shares the batch with it.
package final class GenerationBatch {
    /// One sequence to start: the prompt, and the sound that stands at its audio positions.
    package struct Prompted {
        package let tokens: PromptTokens
        package let mel: LogMel

        package init(tokens: PromptTokens, mel: LogMel) {
            self.tokens = tokens
            self.mel = mel
        }
    }

    private struct Sequence {
        /// Where its next token will stand.
        var position: Int
        var lastToken: Int32
    }

    private let network: SpeechNetwork
    private let workspace: Workspace
    private let cache: DecoderCache
    private var sequences: [Int: Sequence] = [:]

    /// - Parameters:
    ///   - slots: sequences at once; fewer than ``Backend/manyRows``, so that a decode step is
    ///     summed in the same order whatever its size.
    ///   - capacity: tokens per sequence, prompt included.
    package init(_ network: SpeechNetwork, slots: Int, capacity: Int) throws(ComputeError) {
        precondition(slots > 0 && slots < ReferenceBackend.manyRows)
        self.network = network
        workspace = Workspace(backend: network.backend)
        cache = try network.decoder.makeCache(
            slots: slots, capacity: min(capacity, network.configuration.text.longestPosition))
    }

    package var freeSlots: [Int] { (0..<cache.slots).filter { sequences[$0] == nil } }

    /// Tokens that one sequence can hold, prompt included.
    package var capacity: Int { cache.capacity }

    /// Encodes and prefills sequences in one packed pass, and chooses the first token of each.
    ///
    /// - Returns: the slot of each sequence and its first token, in the order given.
    package func start(
        _ prompts: [Prompted], options: EncodingOptions = EncodingOptions(),
        times: inout StageTimes, probe: Probe? = nil
    ) throws(ComputeError) -> [(slot: Int, choice: TokenChoice)] {
        let slots = freeSlots.prefix(prompts.count)
        precondition(slots.count == prompts.count && !prompts.isEmpty)
        let counts = prompts.map(\.tokens.ids.count)
        precondition(counts.allSatisfy { $0 < cache.capacity })
        let width = network.configuration.text.width
        let rows = try workspace.tensor(.residual, Shape(counts.reduce(0, +), width))
        var runs: [TokenRun] = []
        var lastRows: [Int] = []
        for (slot, prompt) in zip(slots, prompts) {
            let first = lastRows.last.map { $0 + 1 } ?? 0
            let count = prompt.tokens.ids.count
            let own = rows.rows(first..<first + count)
            try fill(own, with: prompt, options: options, times: &times, probe: probe)
            runs.append(TokenRun(slot: slot, firstPosition: 0, count: count))
            lastRows.append(first + count - 1)
        }
        let clock = Stopwatch()
        try network.decoder.advance(
            rows, runs: runs, cache: cache, workspace: workspace, probe: probe)
        if let probe {
            let all = try network.decoder.logits(rows, workspace: workspace, probe: probe)
            probe("logits", try network.backend.download(all))
        }
        let choices = try choose(from: rows, at: lastRows)
        times.prefill += clock.elapsed
        for ((slot, prompt), choice) in zip(zip(slots, prompts), choices) {
            sequences[slot] = Sequence(
                position: prompt.tokens.ids.count, lastToken: choice.id)
        }
        return Array(zip(slots, choices)).map { (slot: $0, choice: $1) }
    }

    /// Decodes one token of every sequence.
    ///
    /// - Returns: slots and tokens, ordered by slot; empty when nothing is being decoded.
    package func step(times: inout StageTimes) throws(ComputeError) -> [(
        slot: Int, choice: TokenChoice
    )] {
        let active = sequences.sorted { $0.key < $1.key }
        guard !active.isEmpty else { return [] }
        precondition(active.allSatisfy { $0.value.position < cache.capacity })
        let clock = Stopwatch()
        let rows = try workspace.tensor(
            .residual, Shape(active.count, network.configuration.text.width))
        try network.decoder.embed(rows, ids: active.map(\.value.lastToken))
        let runs = active.map {
            TokenRun(slot: $0.key, firstPosition: $0.value.position, count: 1)
        }
        try network.decoder.advance(rows, runs: runs, cache: cache, workspace: workspace)
        let logits = try network.decoder.logits(rows, workspace: workspace)
        let choices = try network.backend.argmax(logits)
        times.decode += clock.elapsed
        times.decodeSteps += 1
        for ((slot, sequence), choice) in zip(active, choices) {
            sequences[slot] = Sequence(position: sequence.position + 1, lastToken: choice.id)
        }
        return zip(active, choices).map { (slot: $0.key, choice: $1) }
    }

    /// Whether the sequence in `slot` has room for another token.
    package func hasRoom(in slot: Int) -> Bool {
        sequences[slot].map { $0.position < cache.capacity } ?? false
    }

    /// Ends a sequence; its slot is free again.
    package func release(_ slot: Int) {
        sequences[slot] = nil
    }

    /// Embeds a prompt and puts the encoded sound into its place.
    private func fill(
        _ rows: Tensor, with prompt: Prompted, options: EncodingOptions, times: inout StageTimes,
        probe: Probe?
    ) throws(ComputeError) {
        let audio = try network.encoder.encode(
            prompt.mel, shortClips: options.shortClips, isWindowed: options.isWindowed,
            workspace: workspace, times: &times, probe: probe)
        try probe?("audio_embeds", network.backend.download(audio))
        precondition(prompt.tokens.audioRange.count == audio.shape.rows)
        try network.decoder.embed(rows, ids: prompt.tokens.ids)
        try network.backend.copy(rows.rows(prompt.tokens.audioRange), audio)
    }

    /// The greedy token after each of the rows `indices`.
    private func choose(from rows: Tensor, at indices: [Int]) throws(ComputeError) -> [TokenChoice]
    {
        let last = try workspace.tensor(.last, Shape(indices.count, rows.shape.columns))
        for (target, index) in indices.enumerated() {
            try network.backend.copy(
                last.rows(target..<target + 1), rows.rows(index..<index + 1))
        }
        return try network.backend.argmax(network.decoder.logits(last, workspace: workspace))
    }
}

/// How sound is encoded. The defaults are what users get.
package struct EncodingOptions: Hashable, Sendable {
    package var shortClips: AudioEncoder.ShortClips
    package var isWindowed: Bool

    package init(shortClips: AudioEncoder.ShortClips = .wide, isWindowed: Bool = true) {
        self.shortClips = shortClips
        self.isWindowed = isWindowed
    }
}
