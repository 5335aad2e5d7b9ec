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
        /// Which of all that were started.
        let number: Int
        /// Where its last token will stand.
        var position: Int
        /// Where none may stand any more.
        let end: Int
        var lastToken: Int32
        /// Watches for circles, where they are to be broken.
        var loopGuard: LoopGuard?
    }

    /// A step that was begun: slots and sequences of its rows, and what it will choose.
    private struct BegunStep {
        let rows: [(slot: Int, number: Int)]
        let choices: PendingChoices
        let logits: Tensor
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
    private var tokenLimit = Int.max
    private var startCount = 0
    /// The next step, where it was begun before the tokens of the last one were read.
    private var begun: BegunStep?
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
    ///   - tokenLimit: tokens after which it has no room any more, 1 or more.
    ///   - breaksCircles: as ``GenerationRequest/breaksCircles``.
    ///   - probe: sees every part of every stage.
    package func start(
        _ prompt: Prompted, tokenLimit: Int = .max, options: EncodingOptions = EncodingOptions(),
        breaksCircles: Bool = false, probe: Probe? = nil
    ) throws(ComputeError) -> Int {
        precondition(prefill == nil && prompt.tokens.ids.count < cache.capacity)
        guard let slot = freeSlot else { preconditionFailure("no slot is free") }
        prefill = try Prefill(
            prompt, options: options, slot: slot, network: network, cache: cache,
            workspace: prefillWorkspace, isMeasured: isMeasured, probe: probe)
        loopGuard = breaksCircles ? LoopGuard() : nil
        self.tokenLimit = tokenLimit
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
        startCount += 1
        let room = min(cache.capacity - current.tokenCount, tokenLimit - 1)
        sequences[current.slot] = Sequence(
            number: startCount, position: current.tokenCount, end: current.tokenCount + room,
            lastToken: choice.id, loopGuard: loopGuard)
        prefill = nil
        return choice
    }

    /// Decodes one token of every sequence that has been prefilled; on a device that works ahead, of every one that had been
    /// when the last call ended.
    ///
    /// - Returns: slots and tokens, ordered by slot; empty when nothing is being decoded.
    package func step(times: inout StageTimes) throws(ComputeError) -> [(
        slot: Int, choice: TokenChoice
    )] {
        let clock = Stopwatch()
        var step = begun
        begun = nil
        if step == nil { step = try begin() }
        guard let step else { return [] }
        // The logits of a step in which a circle may be broken must not be overwritten.
        let mayRefuse = sequences.values.contains { $0.loopGuard?.continuation != nil }
        // What fails here fails again, with no step before it that would be lost.
        if network.backend.worksAhead, !mayRefuse { begun = try? begin(after: step) }
        let choices = try step.choices.read()
        var chosen: [(slot: Int, choice: TokenChoice)] = []
        for (row, (place, read)) in zip(step.rows, choices).enumerated() {
            guard var sequence = sequences[place.slot], sequence.number == place.number else {
                continue
            }
            var choice = read
            if let refused = sequence.loopGuard?.continuation, refused == choice.id {
                let values = try network.backend.download(step.logits.rows(row..<row + 1))
                choice = TokenChoice(from: values, refusing: refused)
            }
            sequence.position += 1
            sequence.lastToken = choice.id
            _ = sequence.loopGuard?.append(choice.id)
            sequences[place.slot] = sequence
            chosen.append((place.slot, choice))
        }
        times.decode += clock.elapsed
        times.decodeSteps += 1
        return chosen
    }

    /// Begins a step of all sequences that have room for it.
    ///
    /// - Parameter previous: a step whose tokens are not known yet.
    private func begin(after previous: BegunStep? = nil) throws(ComputeError) -> BegunStep? {
        var rows: [(slot: Int, number: Int)] = []
        var (ids, runs): ([Int32?], [TokenRun]) = ([], [])
        for (slot, sequence) in sequences.sorted(by: { $0.key < $1.key }) {
            let isAhead = previous?.rows.contains { $0 == (slot, sequence.number) } ?? false
            let position = sequence.position + (isAhead ? 1 : 0)
            guard position < sequence.end else { continue }
            rows.append((slot, sequence.number))
            ids.append(isAhead ? nil : sequence.lastToken)
            runs.append(TokenRun(slot: slot, firstPosition: position, count: 1))
        }
        guard !rows.isEmpty else { return nil }
        let embedded = try workspace.tensor(
            .residual, Shape(rows.count, network.configuration.text.width))
        let logits = try network.decoder.logitsTensor(rows: rows.count, workspace: workspace)
        let choices = try network.backend.step(
            ids: ids, runs: runs, cache: cache.entries, embedding: network.decoder.embedding,
            rows: embedded, logits: logits
        ) { () throws(ComputeError) in
            try network.decoder.advance(embedded, runs: runs, cache: cache, workspace: workspace)
            _ = try network.decoder.logits(embedded, workspace: workspace)
        }
        return BegunStep(rows: rows, choices: choices, logits: logits)
    }

    /// Whether the sequence in `slot` has room for another token.
    package func hasRoom(in slot: Int) -> Bool {
        sequences[slot].map { $0.position < $0.end } ?? false
    }

    /// Ends a sequence, prefilled or not; its slot is free again, and its memory given back.
    package func release(_ slot: Int) {
        cache.entries.discard(slot: slot)
        sequences[slot] = nil
        if prefill?.slot == slot { prefill = nil }
        // A step of which nobody is left is not waited for.
        let isLeft = begun?.rows.contains { sequences[$0.slot]?.number == $0.number } ?? false
        if !isLeft { begun = nil }
    }
}
