package import Audio
package import Compute

/// Sequences that are decoded together, one token of each per step, while at most one more is prefilled
/// part by part.
///
/// The mechanism without the policy: what to start, when to do which step, and when a sequence is
/// done, is the caller's business. A sequence gives the same bits whatever shares the batch with it.
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
        /// Watches for circles, where they are to be broken.
        var loopGuard: LoopGuard?
    }

    private let network: SpeechNetwork
    /// Waits for the device after each part, so that stages can be told apart.
    private let isMeasured: Bool
    /// Of the decode steps.
    private let workspace: Workspace
    private let prefillWorkspace: Workspace
    private let cache: DecoderCache
    private var prefill: Prefill?
    /// Of the sequence that is being prefilled.
    private var loopGuard: LoopGuard?
    /// Those that have a token, by slot.
    private var sequences: [Int: Sequence] = [:]

    /// - Parameters:
    ///   - slots: sequences at once, up to ``Backend/longestStep``, so that a decode step is
    ///     summed in the same order whatever its size.
    ///   - capacity: tokens per sequence, prompt included.
    ///   - isMeasured: waits for the device after each part, so that times of stages are right.
    package init(
        _ network: SpeechNetwork, slots: Int, capacity: Int, isMeasured: Bool = false
    ) throws(ComputeError) {
        precondition(slots > 0 && slots <= network.backend.longestStep)
        self.network = network
        self.isMeasured = isMeasured
        workspace = Workspace(backend: network.backend)
        prefillWorkspace = Workspace(backend: network.backend)
        cache = try network.decoder.makeCache(
            slots: slots, capacity: min(capacity, network.configuration.text.longestPosition))
    }

    /// The lowest slot that is free; `nil` if there is none.
    package var freeSlot: Int? {
        (0..<cache.slots).first { sequences[$0] == nil && prefill?.slot != $0 }
    }

    /// Tokens that one sequence can hold, prompt included.
    package var capacity: Int { cache.capacity }

    /// Bytes that a token's keys and values take.
    package var bytesPerToken: Int { cache.entries.bytesPerPosition }

    /// Whether a sequence was started and has no token yet.
    package var isPrefilling: Bool { prefill != nil }

    /// Starts a sequence in the lowest free slot; ``advancePrefill(times:)`` then does the work.
    ///
    /// - Parameters:
    ///   - prompt: fewer tokens than ``capacity``.
    ///   - breaksCircles: as ``GenerationRequest/breaksCircles``.
    ///   - probe: sees every part of every stage.
    package func start(
        _ prompt: Prompted, options: EncodingOptions = EncodingOptions(),
        breaksCircles: Bool = false, probe: Probe? = nil
    ) throws(ComputeError) -> Int {
        precondition(prefill == nil && prompt.tokens.ids.count < cache.capacity)
        guard let slot = freeSlot else { preconditionFailure("no slot is free") }
        prefill = try Prefill(
            prompt, options: options, slot: slot, network: network, cache: cache,
            workspace: prefillWorkspace, isMeasured: isMeasured, probe: probe)
        loopGuard = breaksCircles ? LoopGuard() : nil
        return slot
    }

    /// Does the next part of the started sequence's prefill.
    ///
    /// - Returns: its first token, after the last part.
    package func advancePrefill(times: inout StageTimes) throws(ComputeError) -> TokenChoice? {
        guard let current = prefill, let choice = try current.advance(times: &times) else {
            return nil
        }
        _ = loopGuard?.append(choice.id)
        sequences[current.slot] = Sequence(
            position: current.tokenCount, lastToken: choice.id, loopGuard: loopGuard)
        prefill = nil
        return choice
    }

    /// Decodes one token of every sequence that has been prefilled.
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
        let ids = active.map(\.value.lastToken)
        let runs = active.map {
            TokenRun(slot: $0.key, firstPosition: $0.value.position, count: 1)
        }
        try network.backend.step(ids: ids, runs: runs, cache: cache.entries) {
            () throws(ComputeError) in
            try network.decoder.embed(rows, ids: ids)
            try network.decoder.advance(rows, runs: runs, cache: cache, workspace: workspace)
            _ = try network.decoder.logits(rows, workspace: workspace)
        }
        let logits = try network.decoder.logitsTensor(rows: active.count, workspace: workspace)
        var choices = try network.backend.argmax(logits)
        for (row, (_, sequence)) in active.enumerated() {
            guard let refused = sequence.loopGuard?.continuation, refused == choices[row].id else {
                continue
            }
            let values = try network.backend.download(logits.rows(row..<row + 1))
            choices[row] = TokenChoice(from: values, refusing: refused)
        }
        times.decode += clock.elapsed
        times.decodeSteps += 1
        for ((slot, sequence), choice) in zip(active, choices) {
            var loopGuard = sequence.loopGuard
            _ = loopGuard?.append(choice.id)
            sequences[slot] = Sequence(
                position: sequence.position + 1, lastToken: choice.id, loopGuard: loopGuard)
        }
        return zip(active, choices).map { (slot: $0.key, choice: $1) }
    }

    /// Whether the sequence in `slot` has room for another token.
    package func hasRoom(in slot: Int) -> Bool {
        sequences[slot].map { $0.position < cache.capacity } ?? false
    }

    /// Ends a sequence, prefilled or not; its slot is free again, and its memory given back.
    package func release(_ slot: Int) {
        cache.entries.discard(slot: slot)
        sequences[slot] = nil
        if prefill?.slot == slot { prefill = nil }
    }
}
