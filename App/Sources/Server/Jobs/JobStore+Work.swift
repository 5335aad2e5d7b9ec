import HTTPTypes
import Sotto
import Transcript

/// Turning recordings into text.
extension JobStore {
    /// Queues a recording, or a part of it. What it had as text before goes when the new text is whole, of a part
    /// the part alone; what a person wrote stays.
    func start(_ id: String, of sitting: String, options: JobOptions) throws -> JobRecord {
        let job = try startable(id, of: sitting)
        let transcription = try options.transcriptionOptions()
        let part = try options.part(of: job.durationSeconds)
        job.options = options
        if let part, let old = job.transcription, !job.segments.isEmpty {
            // The rest of a text that is there stays.
            enqueue(job, transcription, part: old.wholeChunks(of: part), replacing: old)
            return record(job)
        }
        job.part = part
        if !job.segments.isEmpty { job.previous = job.transcription }
        job.segments = []
        job.transcription = nil
        job.sent = []
        enqueue(job, transcription, part: part, replacing: nil)
        tell("transcript", TranscriptEvent(id: id, transcript: job.transcript), to: sitting)
        return record(job)
    }

    /// Hears a part of a recording again, and puts what comes of it in the place of what was there.
    func retry(_ id: String, of sitting: String, range: [Double]) throws -> JobRecord {
        let job = try startable(id, of: sitting)
        guard let old = job.transcription else {
            throw APIError(.conflict, "no_text", "There is no text yet. Start the recording.")
        }
        var options = job.options
        options.range = range
        guard let part = try options.part(of: job.durationSeconds) else {
            throw APIError.badOption("Name the part to hear again.", parameter: "range")
        }
        enqueue(
            job, try options.transcriptionOptions(), part: old.wholeChunks(of: part),
            replacing: old)
        return record(job)
    }

    private func startable(_ id: String, of sitting: String) throws -> Job {
        let job = try job(id, of: sitting)
        guard job.state.canStart else {
            throw APIError(
                .conflict, "not_ready",
                "This recording is \(job.state.rawValue). Start it when it is ready.")
        }
        guard job.durationSeconds != nil else {
            throw APIError(
                .conflict, "not_readable", "This recording could not be read. Send it again.")
        }
        return job
    }

    private func enqueue(
        _ job: Job, _ options: TranscriptionOptions, part: Range<Double>?,
        replacing old: Transcription?
    ) {
        job.problem = nil
        job.partial = ""
        job.progress = nil
        job.state = .queued
        let stop = StopSwitch()
        job.stop = stop
        job.turn = "\(job.id) \(UInt64.random(in: 0 ... .max))"
        let (id, turn) = (job.id, job.turn)
        job.task = Task {
            await work(id, turn, options, part: part, stop: stop, replacing: old)
            await queue?.leave(turn)
        }
        tell(job)
    }

    /// Waits for its turn and for the engine, and follows the work to its end.
    private func work(
        _ id: String, _ turn: String, _ options: TranscriptionOptions, part: Range<Double>?,
        stop: StopSwitch, replacing old: Transcription?
    ) async {
        guard let engine, let queue, let sitting = jobSitting(id),
            await queue.enter(turn, of: sitting), let job = current(id, stop)
        else { return }
        do {
            let transcriber = try await engine.transcriber()
            guard current(id, stop) != nil else { return }
            job.state = .running
            job.started = .now
            tell(job)
            let events = transcriber.transcribe(
                job.recording, seconds: part, options: options, stop: stop)
            for try await event in events {
                guard current(id, stop) != nil || jobSitting(id) != nil else { break }
                take(event, of: job, replacing: old, part: part)
            }
            if job.state == .running { throw CancellationError() }
        } catch {
            end(job, stop, with: error)
        }
    }

    /// The job, if it is still wanted.
    private func current(_ id: String, _ stop: StopSwitch) -> Job? {
        guard let job = find(id), job.stop === stop, !stop.isStopped else { return nil }
        return job
    }

    private func take(
        _ event: TranscriptionEvent, of job: Job, replacing old: Transcription?,
        part: Range<Double>?
    ) {
        switch event {
        case .text: break
        case .segment(let index, let segment):
            guard old == nil else { return }
            if job.segments.isEmpty, let started = job.started {
                metrics.observeFirstText((ContinuousClock.now - started) / .seconds(1))
            }
            job.segments.replaceSubrange(
                min(index, job.segments.count)..<min(index + 1, job.segments.count),
                with: [segment])
            tellParagraphs(job)
        case .partial(let text):
            guard text != job.partial else { return }
            job.partial = text
            tell("partial", PartialEvent(id: job.id, text: text), to: job.sitting)
        case .progress(let done, let total):
            job.progress = (done, total)
            tell(job)
        case .remark(let remark):
            job.warnings.append(remark)
        case .finished(let transcription):
            finish(job, transcription, replacing: old, part: part)
        }
    }

    /// Tells the pages the paragraphs that are new or other than before.
    private func tellParagraphs(_ job: Job) {
        guard hasPage(job.sitting) else { return }
        let paragraphs = job.current.paragraphs
        let same = zip(paragraphs, job.sent).prefix { $0 == $1 }.count
        job.sent = paragraphs
        guard same < paragraphs.count else { return }
        tell(
            "paragraphs",
            ParagraphsEvent(
                id: job.id, from: same, paragraphs: paragraphs[same...].map(ParagraphRecord.init)),
            to: job.sitting)
    }

    private func finish(
        _ job: Job, _ transcription: Transcription, replacing old: Transcription?,
        part: Range<Double>?
    ) {
        // It may have been removed meanwhile.
        guard find(job.id) === job else { return }
        let isStopped = job.stop?.isStopped ?? false
        if isStopped, let kept = old ?? job.previous {
            restore(kept, of: job)
            metrics.countJob("cancelled")
            tell(job)
            return
        }
        var result = transcription
        if let old, let part { result = old.replacing(part, by: transcription) }
        job.previous = nil
        job.transcription = result
        job.segments = result.segments
        job.warnings = result.warnings
        job.partial = ""
        job.state = isStopped ? .cancelled : .done
        job.sent = result.paragraphs
        let elapsed = job.started.map { (ContinuousClock.now - $0) / .seconds(1) } ?? 0
        metrics.countJob(isStopped ? "cancelled" : result.isComplete ? "done" : "incomplete")
        metrics.observeWork(audioSeconds: heardSeconds(transcription, part), seconds: elapsed)
        tell("transcript", TranscriptEvent(id: job.id, transcript: job.transcript), to: job.sitting)
        tell(job)
    }

    private func heardSeconds(_ transcription: Transcription, _ part: Range<Double>?) -> Double {
        transcription.chunks.reduce(0) { $0 + $1.endSeconds - $1.startSeconds }
    }

    private func end(_ job: Job, _ stop: StopSwitch, with error: any Error) {
        guard find(job.id) === job, job.stop === stop, job.state.isActive else { return }
        job.partial = ""
        if stop.isStopped || error is CancellationError {
            job.state = .cancelled
            metrics.countJob("cancelled")
        } else {
            job.state = .failed
            job.problem = Self.problem(error)
            metrics.countJob("failed")
        }
        if let kept = job.previous {
            let state = job.state
            restore(kept, of: job)
            if state == .failed { job.state = .failed }
        }
        tell(job)
    }

    /// Goes back to the text that was there before the work began.
    private func restore(_ transcription: Transcription, of job: Job) {
        job.previous = nil
        job.part = nil
        job.transcription = transcription
        job.segments = transcription.segments
        job.warnings = transcription.warnings
        job.partial = ""
        job.sent = transcription.paragraphs
        job.state = .done
        tell("transcript", TranscriptEvent(id: job.id, transcript: job.transcript), to: job.sitting)
    }

    /// Ends the work on a recording; its text so far stays.
    func cancel(_ id: String, of sitting: String) async throws -> JobRecord {
        let job = try job(id, of: sitting)
        guard job.state.isActive else { return record(job) }
        job.stop?.stop()
        if job.state == .queued {
            if let kept = job.previous ?? job.transcription {
                restore(kept, of: job)
            } else {
                job.state = .ready
            }
            tell(job)
            await queue?.leave(job.turn)
        }
        return record(job)
    }

    /// Puts a waiting recording before another one, or behind all.
    func move(_ id: String, before other: String?, of sitting: String) async throws {
        let turn = try job(id, of: sitting).turn
        let before = try other.map { try job($0, of: sitting).turn }
        await queue?.move(turn, before: before)
        let own = Dictionary(
            jobs(of: sitting).map { ($0.turn, $0.id) }, uniquingKeysWith: { first, _ in first })
        tell("order", ["queue": waitingTurns.compactMap { own[$0] }], to: sitting)
    }
}

struct TranscriptEvent: Encodable {
    let id: String
    let transcript: TranscriptRecord
}

private struct ParagraphsEvent: Encodable {
    let id: String
    let from: Int
    let paragraphs: [ParagraphRecord]
}

private struct PartialEvent: Encodable {
    let id, text: String
}

extension Transcription {
    /// A part, widened to the pieces that it would cut.
    func wholeChunks(of part: Range<Double>) -> Range<Double> {
        let cut = chunks.filter {
            $0.startSeconds < part.upperBound && $0.endSeconds > part.lowerBound
        }
        return min(
            part.lowerBound, cut.map(\.startSeconds).min() ?? part.lowerBound)..<max(
                part.upperBound, cut.map(\.endSeconds).max() ?? part.upperBound)
    }

    /// The transcription with another one's text for some seconds in the place of its own.
    func replacing(_ part: Range<Double>, by other: Transcription) -> Transcription {
        func isKept(_ start: Double, _ end: Double) -> Bool {
            !part.contains((start + end) / 2)
        }
        var result = self
        result.segments =
            (segments.filter { isKept($0.startSeconds, $0.endSeconds) } + other.segments)
            .sorted { $0.startSeconds < $1.startSeconds }
        result.chunks =
            (chunks.filter { isKept($0.startSeconds, $0.endSeconds) } + other.chunks)
            .sorted { $0.sampleRange.lowerBound < $1.sampleRange.lowerBound }
        // What was wrong with the chunks is told of those that are there now.
        let old = Set(warnings)
        result.warnings =
            warnings.filter { !$0.hasPrefix("The text from") && !$0.hasPrefix("Speech was heard") }
            .filter { !$0.hasPrefix("The model repeated itself") }
            + other.warnings.filter { !old.contains($0) }
        return result
    }
}
