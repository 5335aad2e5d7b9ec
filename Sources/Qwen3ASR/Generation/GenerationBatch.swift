package import Audio
package import Compute

/// Sequences that are decoded together, one token of each per step, while others are prefilled part by part.
///
/// The mechanism without the policy: what to start, when to do which step, and when a sequence is
/// done, is the caller's business. A sequence gives the same bits whatever shares the batch with it.
package final class GenerationBatch {
    /// One sequence to start: the prompt, and the sound that stands at its audio positions.
    package struct Prompted {
        package let tokens: PromptTokens
        package let mel: LogMel
        package var options = EncodingOptions()
        /// Tokens after which it has no room any more, 1 or more.
        package var tokenLimit = Int.max
        /// As ``GenerationRequest/breaksCircles``.
        package var breaksCircles = false

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

    /// Slots that no sequence holds, lowest first.
    package var freeSlots: [Int] {
        (0..<cache.slots).filter { sequences[$0] == nil && prefill?.holds($0) != true }
    }

    /// Tokens that one sequence can hold, prompt included.
    package var capacity: Int { cache.capacity }

    /// Bytes that a token's keys and values take.
    package var bytesPerToken: Int { cache.entries.bytesPerPosition }

    /// Whether sequences were started and have no token yet.
    package var isPrefilling: Bool { prefill != nil }

    /// Sequences that were started together, and have no token yet.
    package var prefillingCount: Int { prefill?.members.count ?? 0 }

    /// Whether of these nothing but the choice of their first tokens is left to ask for.
    package var isAtFirstTokens: Bool { prefill?.isAtChoice == true }

    /// Whether a prompt may be started together with others.
    ///
    /// Only such as have more rows than a step, in the encoder too: so the order of a sum does not depend on
    /// what goes together.
    package func mayPass(_ prompt: PromptTokens, with others: [PromptTokens]) -> Bool {
        let (all, backend) = (others + [prompt], network.backend)
        return others.isEmpty
            || all.allSatisfy { $0.audioRange.count > backend.longestStep }
                && all.reduce(0) { $0 + $1.ids.count } <= backend.promptRows
    }

    /// Starts sequences in the lowest free slots; ``advancePrefill(times:)`` then does the work.
    ///
    /// - Parameters:
    ///   - prompts: fewer tokens each than ``capacity``; more than one only as ``mayPass(_:with:)`` says.
    ///   - probe: sees every part of every stage.
    /// - Returns: their slots.
    package func start(
        _ prompts: [Prompted], probe: Probe? = nil
    ) throws(ComputeError) -> [Int] {
        precondition(prefill == nil && !prompts.isEmpty)
        precondition(prompts.allSatisfy { $0.tokens.ids.count < cache.capacity })
        let slots = Array(freeSlots.prefix(prompts.count))
        precondition(slots.count == prompts.count, "no slot is free")
        prefill = try Prefill(
            zip(slots, prompts).map { (slot: $0, prompted: $1) }, network: network, cache: cache,
            workspace: prefillWorkspace, isMeasured: isMeasured, probe: probe)
        return slots
    }

    /// Does the next part of the started sequences' prefill.
    ///
    /// - Returns: their first tokens, after the last part, in the order in which they were started.
    package func advancePrefill(
        times: inout StageTimes
    ) throws(ComputeError) -> [(slot: Int, choice: TokenChoice)] {
        guard let current = prefill, let choices = try current.advance(times: &times) else {
            return []
        }
        prefill = nil
        var first: [(slot: Int, choice: TokenChoice)] = []
        for (member, choice) in zip(current.members, choices) {
            guard current.isAwaited(member.slot) else {
                cache.entries.discard(slot: member.slot)
                continue
            }
            var loopGuard = member.prompted.breaksCircles ? LoopGuard() : nil
            _ = loopGuard?.append(choice.id)
            startCount += 1
            let room = min(cache.capacity - member.tokenCount, member.prompted.tokenLimit - 1)
            sequences[member.slot] = Sequence(
                number: startCount, position: member.tokenCount, end: member.tokenCount + room,
                lastToken: choice.id, loopGuard: loopGuard)
            first.append((member.slot, choice))
        }
        return first
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
        let choices: [TokenChoice]
        do {
            choices = try step.choices.read()
        } catch {
            // Whoever goes on has this step done again.
            begun = nil
            throw error
        }
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
        let count = network.backend.stepRows(rows.count)
        ids += Array(repeating: 0, count: count - rows.count)
        runs += Array(repeating: .unused, count: count - rows.count)
        let embedded = try workspace.tensor(
            .residual, Shape(count, network.configuration.text.width))
        let logits = try network.decoder.logitsTensor(rows: count, workspace: workspace)
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

    /// Ends a sequence, prefilled or not; its slot is free again, and its memory given back: at once, or where others are
    /// prefilled with it, with their first tokens.
    package func release(_ slot: Int) {
        if let prefill, prefill.holds(slot) {
            prefill.abandon(slot)
            let slots = prefill.members.map(\.slot)
            guard !slots.contains(where: prefill.isAwaited) else { return }
            self.prefill = nil
            slots.forEach(cache.entries.discard)
            return
        }
        cache.entries.discard(slot: slot)
        sequences[slot] = nil
        // A step of which nobody is left is not waited for.
        let isLeft = begun?.rows.contains { sequences[$0.slot]?.number == $0.number } ?? false
        if !isLeft { begun = nil }
    }
}
