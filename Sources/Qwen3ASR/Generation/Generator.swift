package import Compute
import Audio

/// Recognises chunks as they are submitted, several at once in one batch.
///
/// Kernels block, so the actor runs on a thread of its own. Requests start in the order in which
/// they came; each pass through the loop starts at most one and then decodes one token of all.
package actor Generator {
    private struct Job {
        let request: GenerationRequest
        let continuation: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
        var promptTokenCount = 0
        var tokenCount = 0
        var times = StageTimes()
    }

    private nonisolated let executor = BlockingExecutor(label: "sotto.generator")
    private let model: SpeechModel
    /// Threads for the log-mel.
    private let pool: ThreadPool?
    private let batch: GenerationBatch
    private var waiting: [(id: Int, job: Job)] = []
    private var running: [Int: (id: Int, job: Job)] = [:]
    private var nextID = 0
    private var isLooping = false

    package nonisolated let configuration: ModelConfiguration
    package nonisolated let tokenizer: Tokenizer
    /// Chunks that are worth submitting before the first is done: all slots, and the next.
    package nonisolated let usefulLookahead: Int
    /// `cpu`, `reference`, `cuda:0`.
    package nonisolated let deviceName: String

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        // Safety: the executor lives as long as this actor.
        unsafe executor.asUnownedSerialExecutor()
    }

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
            Task { await self.submit(Job(request: request, continuation: continuation)) }
        }
    }

    private func submit(_ job: Job) {
        let id = nextID
        nextID += 1
        job.continuation.onTermination = { [weak self] reason in
            guard case .cancelled = reason else { return }
            Task { await self?.cancel(id) }
        }
        waiting.append((id, job))
        guard !isLooping else { return }
        isLooping = true
        Task { await self.loop() }
    }

    private func cancel(_ id: Int) {
        waiting.removeAll { $0.id == id }
        for (slot, entry) in running where entry.id == id {
            batch.release(slot)
            running[slot] = nil
        }
    }

    private func loop() async {
        while !waiting.isEmpty || !running.isEmpty {
            startNext()
            decodeOnce()
            // Lets submissions and cancellations in between two steps.
            await Task.yield()
        }
        isLooping = false
    }

    private func startNext() {
        guard !waiting.isEmpty, !batch.freeSlots.isEmpty else { return }
        var (id, job) = waiting.removeFirst()
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
                running[slot] = (id, job)
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
            for (slot, choice) in choices {
                // Each sequence is charged its share, so that the sum over chunks is the whole.
                running[slot]?.job.times.decode += times.decode / choices.count
                running[slot]?.job.times.decodeSteps += 1
                accept(choice, in: slot)
            }
        } catch {
            for (slot, entry) in running {
                batch.release(slot)
                entry.job.continuation.finish(throwing: GenerationError.translating(error))
            }
            running = [:]
        }
    }

    /// Hands a token out and ends the chunk where it ends.
    private func accept(_ choice: TokenChoice, in slot: Int) {
        guard let id = running[slot]?.id, var job = running[slot]?.job else { return }
        job.tokenCount += 1
        job.continuation.yield(
            .token(
                GeneratedToken(
                    id: choice.id, logProbability: choice.logProbability, margin: choice.margin)))
        let isEnd =
            configuration.endTokenIDs.contains(choice.id) && !job.request.ignoresEndTokens
        let isFull = job.tokenCount >= job.request.tokenLimit || !batch.hasRoom(in: slot)
        guard isEnd || isFull else {
            running[slot] = (id, job)
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
