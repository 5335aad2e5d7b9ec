package import Compute
import Synchronization
import Audio

/// Recognises chunks as they are submitted, several at once in one batch.
///
/// Kernels block, so the actor runs on a thread of its own. Requests start in the order in which
/// they were submitted. While some are being decoded, a new one starts only every few tokens, so that
/// text keeps coming while a long recording fills the batch.
package actor Generator {
    private struct Job {
        let id: Int
        let request: GenerationRequest
        let continuation: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
        var promptTokenCount = 0
        var tokenCount = 0
        var times = StageTimes()
    }

    /// What came in from outside and was not seen by the loop yet.
    private struct Inbox {
        var jobs: [Job] = []
        var cancelled: Set<Int> = []
        var nextID = 0
        var isLooping = false
    }

    private nonisolated let executor = BlockingExecutor(label: "sotto.generator")
    private nonisolated let inbox = Mutex(Inbox())
    private let model: SpeechModel
    /// Threads for the log-mel.
    private let pool: ThreadPool?
    private let batch: GenerationBatch
    private var waiting: [Job] = []
    /// By slot.
    private var running: [Int: Job] = [:]
    /// Decode steps since a chunk was started.
    private var stepsSinceStart = 0
    private static let stepsBetweenStarts = 8

    package nonisolated let configuration: ModelConfiguration
    package nonisolated let tokenizer: Tokenizer
    /// Chunks that are worth submitting before the first is done: all slots, and the next.
    package nonisolated let usefulLookahead: Int
    /// `cpu`, `reference`, `cuda:0`.
    package nonisolated let deviceName: String

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.unowned }

    /// Loads a checkpoint folder.
    ///
    /// - Parameters:
    ///   - slots: chunks decoded at once.
    ///   - capacity: tokens per chunk, prompt included. Memory is taken as it is used.
    package init(
        folder: String, device: Device, slots: Int = 4, capacity: Int = 4096
    ) throws {
        do {
            try self.init(
                folder: folder, backend: device.makeBackend(), slots: slots, capacity: capacity)
        } catch {
            throw GenerationError.translating(error)
        }
    }

    /// Loads a checkpoint folder onto a backend.
    package init(
        folder: String, backend: any Backend, slots: Int = 4, capacity: Int = 4096
    ) throws {
        let model = try SpeechModel(folder: folder, backend: backend)
        self.model = model
        pool = (backend as? CPUBackend)?.pool
        batch = try GenerationBatch(model.network, slots: slots, capacity: capacity)
        configuration = model.configuration
        tokenizer = model.tokenizer
        deviceName = backend.name
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
                inbox.jobs.append(Job(id: id, request: request, continuation: continuation))
                defer { inbox.isLooping = true }
                return !inbox.isLooping
            }
            if mustStart { Task { await loop() } }
        }
    }

    private func loop() async {
        while takeIn() {
            startNext()
            decodeOnce()
            // Lets the system run others between two steps.
            await Task.yield()
        }
    }

    /// Takes over what came in.
    ///
    /// - Returns: whether there is anything to do; if not, the next submission starts a new loop.
    private func takeIn() -> Bool {
        let (jobs, cancelled) = inbox.withLock { inbox in
            defer { (inbox.jobs, inbox.cancelled) = ([], []) }
            return (inbox.jobs, inbox.cancelled)
        }
        waiting = (waiting + jobs).filter { !cancelled.contains($0.id) }
        for (slot, job) in running where cancelled.contains(job.id) {
            batch.release(slot)
            running[slot] = nil
        }
        let isIdle = waiting.isEmpty && running.isEmpty
        return inbox.withLock { inbox in
            inbox.isLooping = !isIdle || !inbox.jobs.isEmpty
            return inbox.isLooping
        }
    }

    private func startNext() {
        guard !waiting.isEmpty, !batch.freeSlots.isEmpty else { return }
        guard running.isEmpty || stepsSinceStart >= Self.stepsBetweenStarts else { return }
        stepsSinceStart = 0
        var job = waiting.removeFirst()
        do {
            let clock = Stopwatch()
            let mel = try LogMel(of: job.request.preparedSamples, pool: pool)
            job.times.mel = clock.elapsed
            let tokens = model.prompt.tokens(
                context: job.request.context, language: job.request.language,
                audioTokenCount: AudioEncoder.audioTokenCount(frames: mel.frameCount),
                isParity: job.request.isParity)
            guard tokens.ids.count < batch.capacity else {
                throw GenerationError.promptTooLong(
                    tokenCount: tokens.ids.count, limit: batch.capacity - 1)
            }
            job.promptTokenCount = tokens.ids.count
            let started = try batch.start(
                [.init(tokens: tokens, mel: mel)],
                options: EncodingOptions(shortClips: job.request.isParity ? .narrow : .wide),
                times: &job.times)
            for (slot, choice) in started {
                running[slot] = job
                accept(choice, in: slot)
            }
        } catch {
            job.continuation.finish(throwing: GenerationError.translating(error))
        }
    }

    private func decodeOnce() {
        guard !running.isEmpty else { return }
        var times = StageTimes()
        do {
            let choices = try batch.step(times: &times)
            stepsSinceStart += 1
            for (slot, choice) in choices {
                // Each sequence is charged its share, so that the sum over chunks is the whole.
                running[slot]?.times.decode += times.decode / choices.count
                running[slot]?.times.decodeSteps += 1
                accept(choice, in: slot)
            }
        } catch {
            for (slot, job) in running {
                batch.release(slot)
                job.continuation.finish(throwing: GenerationError.translating(error))
            }
            running = [:]
        }
    }

    /// Hands a token out and ends the chunk where it ends.
    private func accept(_ choice: TokenChoice, in slot: Int) {
        guard var job = running[slot] else { return }
        guard choice.logProbability.isFinite else {
            batch.release(slot)
            running[slot] = nil
            job.continuation.finish(throwing: GenerationError.damagedWeights)
            return
        }
        job.tokenCount += 1
        job.continuation.yield(
            .token(
                GeneratedToken(
                    id: choice.id, logProbability: choice.logProbability, margin: choice.margin)))
        let isEnd =
            configuration.endTokenIDs.contains(choice.id) && !job.request.ignoresEndTokens
        let isFull = job.tokenCount >= job.request.tokenLimit || !batch.hasRoom(in: slot)
        guard isEnd || isFull else {
            running[slot] = job
            return
        }
        batch.release(slot)
        running[slot] = nil
        job.continuation.yield(
            .finished(
                GenerationSummary(
                    finishReason: isEnd ? .stop : .length, times: job.times,
                    promptTokenCount: job.promptTokenCount)))
        job.continuation.finish()
    }
}

extension GenerationError {
    /// Puts what a device throws into the words of this layer; leaves everything else as it is.
    fileprivate static func translating(_ error: any Error) -> any Error {
        guard let error = error as? ComputeError else { return error }
        return GenerationError.device(code: error.code, reason: error.description)
    }
}
