package import Compute
import Synchronization
import Audio

/// Recognises chunks as they are submitted, several at once in one batch.
///
/// Kernels block, so the actor runs on a thread of its own. Its loop does a slice of a prefill and then
/// one decode step of the running sequences, and looks at what came in between: so neither their
/// tokens nor a cancellation wait for a whole prefill.
///
/// Who starts next is the business of ``Admission``. A sequence reserves its prompt and its token limit,
/// and the reservations together stay within the memory budget. That bounds what the cache really takes:
/// its pages are taken as tokens are stored, a few tokens each (8 in the released models, with pages of
/// 4 KiB), and all of a slot's are given back when its sequence ends. A sequence that runs alone may
/// reserve more.
package actor Generator {
    /// A request, and the stream that its events go to.
    private struct Submission {
        let id: Int
        let job: JobID
        let request: GenerationRequest
        let continuation: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
        /// Made when its turn is near.
        var prompt: PromptTokens?
        /// Positions of the cache that it may fill.
        var reservedTokens = 0
        var tokenCount = 0
        /// Tokens that were handed out before it was postponed, and come again.
        var knownTokenCount = 0
        var times = StageTimes()
        /// Made when its turn is near, too.
        var mel: LogMel?
    }

    /// What came in from outside and was not seen by the loop yet.
    private struct Inbox {
        var submissions: [Submission] = []
        var cancelled: Set<Int> = []
        var nextID = 0
        var isLooping = false
    }

    private nonisolated let executor = BlockingExecutor(label: "sotto.generator")
    private nonisolated let inbox = Mutex(Inbox())
    private let model: SpeechModel
    private var backend: any Backend { model.network.backend }
    /// Threads for the log-mel.
    private let pool: ThreadPool?
    private let batch: GenerationBatch
    private let admission: Admission
    private let sliceDuration: Duration
    private var waiting: [Submission] = []
    /// By slot, the one that is being prefilled included.
    private var running: [Int: Submission] = [:]
    /// Slots of those that are being prefilled.
    private var prefilling: [Int] = []
    /// Of all of these together.
    private var prefillTimes = StageTimes()
    private var partsSinceStep = 0
    /// Sequences that fit, once a device had no memory for more.
    private var mostRunning = Int.max
    /// Parts of a prefill between two decode steps of the same job: about eight steps in a whole prefill.
    private static let partsBetweenSteps = 7

    package nonisolated let configuration: ModelConfiguration
    package nonisolated let tokenizer: Tokenizer
    /// Chunks that are worth submitting before the first is done: all slots, and the next.
    package nonisolated let usefulLookahead: Int
    /// `cpu`, `reference`, `cuda:0`.
    package nonisolated let deviceName: String
    /// `bf16`, `f16`, `int8`.
    package nonisolated let precision: String
    /// Which GPU it is and how its memory is used; `nil` on the processor.
    package nonisolated let deviceNote: String?

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.unowned }

    /// Loads a checkpoint folder.
    ///
    /// - Parameters:
    ///   - slots: chunks decoded at once; `nil` takes what suits the device.
    ///   - capacity: tokens per chunk, prompt included.
    ///   - memoryBudget: bytes for the keys and values of all chunks; `nil` takes half of what the
    ///     machine, or the container, has left, and of a GPU what the plan leaves.
    package init(
        folder: String, device: Device, slots: Int? = nil, capacity: Int = 4096,
        memoryBudget: Int? = nil, progress: ((Int, Int) -> Void)? = nil
    ) throws {
        do {
            let prepared = try device.prepare(modelFolder: folder)
            try self.init(
                folder: folder, backend: prepared.backend, slots: slots ?? prepared.slots ?? 8,
                capacity: capacity, memoryBudget: memoryBudget ?? prepared.memoryBudget,
                deviceNote: prepared.note, progress: progress)
        } catch {
            throw GenerationError.translating(error)
        }
    }

    /// Loads a checkpoint folder onto a backend.
    package init(
        folder: String, backend: any Backend, slots: Int = 8, capacity: Int = 4096,
        memoryBudget: Int? = nil, sliceDuration: Duration = .milliseconds(120),
        deviceNote: String? = nil, progress: ((Int, Int) -> Void)? = nil
    ) throws {
        try self.init(
            SpeechModel(folder: folder, backend: backend, progress: progress), slots: slots,
            capacity: capacity, memoryBudget: memoryBudget, sliceDuration: sliceDuration,
            deviceNote: deviceNote)
    }

    /// Runs a model that is loaded.
    ///
    /// - Parameter sliceDuration: parts of a prefill are done in one go as long as they probably need no
    ///   more than this together.
    package init(
        _ model: SpeechModel, slots: Int = 8, capacity: Int = 4096, memoryBudget: Int? = nil,
        sliceDuration: Duration = .milliseconds(120), deviceNote: String? = nil
    ) throws {
        let backend = model.network.backend
        self.model = model
        pool =
            try (backend as? CPUBackend)?.pool
            ?? (backend is CUDABackend ? ThreadPool(threads: ThreadPool.availableThreadCount) : nil)
        batch = try GenerationBatch(model.network, slots: slots, capacity: capacity)
        let bytes = memoryBudget ?? availableMemoryByteCount().map { $0 / 2 } ?? .max
        admission = Admission(budget: bytes / batch.bytesPerToken)
        self.sliceDuration = sliceDuration
        configuration = model.configuration
        tokenizer = model.tokenizer
        deviceName = backend.name
        precision = backend.precision
        self.deviceNote = deviceNote
        usefulLookahead = slots + 1
    }

    /// Queues a chunk; its tokens come as they are chosen. Ending the stream early cancels the work.
    package nonisolated func recognise(
        _ request: GenerationRequest
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        AsyncThrowingStream { continuation in
            let mustStart = inbox.withLock { inbox in
                let id = inbox.nextID
                inbox.nextID += 1
                continuation.onTermination = { [weak self] reason in
                    guard case .cancelled = reason else { return }
                    self?.inbox.withLock { _ = $0.cancelled.insert(id) }
                }
                inbox.submissions.append(
                    Submission(
                        id: id, job: request.job ?? JobID(), request: request,
                        continuation: continuation))
                defer { inbox.isLooping = true }
                return !inbox.isLooping
            }
            if mustStart { Task { await loop() } }
        }
    }

    private func loop() async {
        while takeIn() {
            startNext()
            prefillSlice()
            decodeOnce()
            // Lets the system run others between two steps.
            await Task.yield()
        }
    }

    /// Takes over what came in.
    ///
    /// - Returns: whether there is anything to do; if not, the next submission starts a new loop.
    private func takeIn() -> Bool {
        let (submissions, cancelled) = inbox.withLock { inbox in
            defer { (inbox.submissions, inbox.cancelled) = ([], []) }
            return (inbox.submissions, inbox.cancelled)
        }
        waiting = (waiting + submissions).filter { !cancelled.contains($0.id) }
        for (slot, submission) in running where cancelled.contains(submission.id) {
            release(slot)
        }
        let isIdle = waiting.isEmpty && running.isEmpty
        if isIdle { mostRunning = .max }
        return inbox.withLock { inbox in
            inbox.isLooping = !isIdle || !inbox.submissions.isEmpty
            return inbox.isLooping
        }
    }

    /// Starts the requests whose turn it is, as far as there is room for them and they are passed together.
    private func startNext() {
        guard prefilling.isEmpty else { return }
        var (group, prompts): ([Submission], [GenerationBatch.Prompted]) = ([], [])
        let freeSlotCount = batch.freeSlots.count
        while group.count < freeSlotCount, running.count + group.count < mostRunning {
            let started = running.values + group
            guard
                let index = Admission.next(of: waiting.map(\.job), running: started.map(\.job))
            else { break }
            do {
                let tokens = try preparePrompt(of: index)
                let reserved = started.map(\.reservedTokens)
                guard admission.admits(waiting[index].reservedTokens, beside: reserved),
                    batch.mayPass(tokens, with: prompts.map(\.tokens))
                else { break }
                let request = waiting[index].request
                var prompted = GenerationBatch.Prompted(
                    tokens: tokens, mel: try prepareMel(of: index))
                prompted.options.shortClips = request.isParity ? .narrow : .wide
                prompted.tokenLimit = request.tokenLimit
                prompted.breaksCircles = request.breaksCircles
                prompts.append(prompted)
                group.append(waiting.remove(at: index))
                group[group.count - 1].mel = nil
            } catch {
                waiting.remove(at: index).continuation.finish(
                    throwing: GenerationError.translating(error))
            }
        }
        guard !group.isEmpty else { return }
        do {
            prefilling = try batch.start(prompts)
            for (slot, submission) in zip(prefilling, group) { running[slot] = submission }
            prefillTimes = StageTimes()
        } catch ComputeError.gpuOutOfMemory where running.count + group.count > 1 {
            mostRunning = running.count + group.count - 1
            waiting = group + waiting
        } catch {
            for refused in group {
                refused.continuation.finish(throwing: GenerationError.translating(error))
            }
        }
    }

    /// Makes the log-mel of those that probably start next, while the device is at work.
    ///
    /// - Parameter limit: clips at most.
    private func prepareAhead(limit: Int) {
        var (rows, made) = (0, 0)
        for index in waiting.indices where rows < backend.promptRows && made < limit {
            // What fails here fails again when its turn has come.
            guard let prompt = try? preparePrompt(of: index) else { continue }
            rows += prompt.ids.count
            guard waiting[index].mel == nil, (try? prepareMel(of: index)) != nil else { continue }
            made += 1
        }
    }

    private func prepareMel(of index: Int) throws -> LogMel {
        if let made = waiting[index].mel { return made }
        let clock = Stopwatch()
        let mel = try LogMel(of: waiting[index].request.preparedSamples, pool: pool)
        waiting[index].times.mel = clock.elapsed
        waiting[index].mel = mel
        return mel
    }

    /// The prompt of a waiting request, made once, and with it what the request reserves.
    private func preparePrompt(of index: Int) throws -> PromptTokens {
        if let made = waiting[index].prompt { return made }
        let request = waiting[index].request
        let frames = LogMel.frameCount(sampleCount: request.preparedSamples.count)
        let prompt = model.prompt.tokens(
            context: request.context, language: request.language,
            audioTokenCount: AudioEncoder.audioTokenCount(frames: frames),
            isParity: request.isParity)
        let room = batch.capacity - prompt.ids.count
        guard room > 0 else {
            throw GenerationError.promptTooLong(
                tokenCount: prompt.ids.count, limit: batch.capacity - 1)
        }
        waiting[index].prompt = prompt
        waiting[index].reservedTokens = prompt.ids.count + min(request.tokenLimit, room)
        return prompt
    }

    /// Goes on with the prefill for about ``sliceDuration``.
    private func prefillSlice() {
        guard !prefilling.isEmpty else { return }
        let clock = Stopwatch()
        var lastPart = Duration.zero
        do {
            repeat {
                let start = clock.elapsed
                if batch.isAtFirstTokens, backend.worksAhead { prepareAhead(limit: .max) }
                let first = try batch.advancePrefill(times: &prefillTimes)
                partsSinceStep += 1
                guard batch.isPrefilling else {
                    let share = prefillTimes.share(of: max(1, first.count))
                    prefilling = []
                    for (slot, choice) in first {
                        running[slot]?.times += share
                        accept(choice, in: slot)
                    }
                    return
                }
                lastPart = clock.elapsed - start
            } while clock.elapsed + lastPart <= sliceDuration
        } catch {
            let slots = prefilling
            if !postponed(after: error, slots) { slots.forEach { release($0, throwing: error) } }
        }
    }

    /// Where a device had no memory left: goes on with one sequence less; these start again once others have ended.
    /// Nothing of them is lost: they come to the same tokens, and those that were handed out are not handed out twice.
    ///
    /// - Returns: false where that is not the reason, or no other sequence is left to give memory back.
    private func postponed(after error: any Error, _ slots: [Int]) -> Bool {
        guard case ComputeError.gpuOutOfMemory = error,
            running.count > 1 || batch.prefillingCount > 1
        else { return false }
        mostRunning = max(1, running.count - 1)
        var sequences: [Submission] = []
        for slot in slots {
            guard var sequence = running.removeValue(forKey: slot) else { continue }
            batch.release(slot)
            sequence.knownTokenCount = max(sequence.knownTokenCount, sequence.tokenCount)
            sequence.tokenCount = 0
            sequences.append(sequence)
        }
        prefilling.removeAll(where: slots.contains)
        waiting = sequences + waiting
        return true
    }

    /// Gives up a sequence and its slot.
    private func release(_ slot: Int, throwing error: (any Error)? = nil) {
        batch.release(slot)
        prefilling.removeAll { $0 == slot }
        let ended = running.removeValue(forKey: slot)
        ended?.continuation.finish(throwing: error.map(GenerationError.translating))
    }

    /// Whether a decode step comes before the next slice of a prefill: always for the sake of another
    /// job, seldom for that of the same, and never where a whole prefill takes little longer than a step.
    /// A step takes nearly as long for one sequence as for eight, so the sooner the new ones take part,
    /// the sooner the whole job is done.
    private var isStepDue: Bool {
        guard !prefilling.isEmpty else { return true }
        let jobs = Set(prefilling.compactMap { running[$0]?.job })
        return !backend.worksAhead && partsSinceStep >= Self.partsBetweenSteps
            || running.values.contains { !jobs.contains($0.job) }
    }

    private func decodeOnce() {
        let decoding = running.keys.filter { !prefilling.contains($0) }
        guard !decoding.isEmpty, isStepDue else { return }
        // The last step was begun before its tokens are read here.
        if backend.worksAhead { prepareAhead(limit: 1) }
        var times = StageTimes()
        do {
            partsSinceStep = 0
            let choices = try batch.step(times: &times)
            for (slot, choice) in choices {
                // Each sequence is charged its share, so that the sum over chunks is the whole.
                running[slot]?.times.decode += times.decode / choices.count
                running[slot]?.times.decodeSteps += 1
                accept(choice, in: slot)
            }
        } catch {
            // The latest has lost the least.
            let latest = decoding.max { (running[$0]?.id ?? 0) < (running[$1]?.id ?? 0) }
            if let latest, postponed(after: error, [latest]) { return }
            for slot in decoding { release(slot, throwing: error) }
        }
    }

    /// Hands a token out and ends the chunk where it ends.
    private func accept(_ choice: TokenChoice, in slot: Int) {
        guard var current = running[slot] else { return }
        guard choice.logProbability.isFinite else {
            release(slot, throwing: GenerationError.damagedWeights)
            return
        }
        current.tokenCount += 1
        running[slot] = current
        if current.tokenCount > current.knownTokenCount {
            current.continuation.yield(
                .token(
                    GeneratedToken(
                        id: choice.id, logProbability: choice.logProbability, margin: choice.margin)
                ))
        }
        let isEnd =
            configuration.endTokenIDs.contains(choice.id) && !current.request.ignoresEndTokens
        let isFull = !batch.hasRoom(in: slot)
        guard isEnd || isFull else { return }
        current.continuation.yield(
            .finished(
                GenerationSummary(
                    finishReason: isEnd ? .stop : .length, times: current.times,
                    promptTokenCount: current.prompt?.ids.count ?? 0)))
        release(slot)
    }
}

extension GenerationError {
    /// Puts what a device throws into the words of this layer; leaves everything else as it is.
    fileprivate static func translating(_ error: any Error) -> any Error {
        guard let error = error as? ComputeError else { return error }
        return GenerationError.device(code: error.code, reason: error.description)
    }
}
