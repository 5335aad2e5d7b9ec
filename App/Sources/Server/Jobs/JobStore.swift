import HTTPTypes
import Foundation
import Sotto
import Transcript

/// All recordings of all sittings, and the work on them.
///
/// Everything a page sees passes through here: a change is made, and then told to the pages of its sitting.
actor JobStore {
    let limits: Limits
    nonisolated let metrics: Metrics
    private let environment: [String: String]
    private(set) var jobs: [String: Job] = [:]
    private var order: [String] = []
    private var subscribers = Subscribers()
    private(set) var engine: EngineHost?
    private(set) var queue: WorkQueue?
    private(set) var waitingTurns: [String] = []
    private var uploadCount = 0
    private var revision = 0
    private var isTellingEngine = false
    private var hasEngineNews = false

    init(limits: Limits, metrics: Metrics, environment: [String: String]) {
        self.limits = limits
        self.metrics = metrics
        self.environment = environment
    }

    /// Connects the engine and the queue, which tell this store of their changes.
    func connect(_ engine: EngineHost, _ queue: WorkQueue) {
        self.engine = engine
        self.queue = queue
    }

    // MARK: Looking

    func job(_ id: String, of sitting: String) throws -> Job {
        guard let job = jobs[id], job.sitting == sitting else { throw APIError.noSuchJob }
        job.lastSeen = .now
        return job
    }

    func record(_ id: String, of sitting: String) throws -> JobRecord {
        record(try job(id, of: sitting))
    }

    func record(_ job: Job) -> JobRecord {
        revision += 1
        return JobRecord(
            job, queuePosition: waitingTurns.firstIndex(of: job.turn).map { $0 + 1 },
            revision: revision)
    }

    func jobs(of sitting: String) -> [Job] {
        order.compactMap { jobs[$0] }.filter { $0.sitting == sitting }
    }

    func records(of sitting: String) -> [JobRecord] { jobs(of: sitting).map(record) }

    func transcripts(of sitting: String) -> [String: TranscriptRecord] {
        Dictionary(uniqueKeysWithValues: jobs(of: sitting).map { ($0.id, $0.transcript) })
    }

    var activeCount: Int { jobs.values.count { $0.state.isActive } }

    // MARK: Telling

    /// - Parameter first: makes the first event of the recordings as they are now; those that follow tell what
    ///   happens from now on.
    func subscribe(
        _ sitting: String, first: ([JobRecord], [String: TranscriptRecord]) -> [UInt8]
    ) -> (id: Int, events: Subscribers.Stream) {
        touch(sitting)
        return subscribers.add(
            to: sitting, first: first(records(of: sitting), transcripts(of: sitting)))
    }

    func unsubscribe(_ id: Int, of sitting: String) {
        subscribers.remove(id, of: sitting)
        touch(sitting)
    }

    func keepAlive(_ sitting: String) {
        subscribers.send(Array(": still here\n\n".utf8), to: sitting)
        touch(sitting)
    }

    func hasPage(_ sitting: String) -> Bool { subscribers.isListening(sitting) }

    private func touch(_ sitting: String) {
        for job in jobs(of: sitting) { job.lastSeen = .now }
    }

    func tell(_ name: String, _ value: some Encodable, to sitting: String) {
        guard subscribers.isListening(sitting) else { return }
        subscribers.send(eventBytes(name, value), to: sitting)
    }

    func tell(_ job: Job) { tell("job", record(job), to: job.sitting) }

    /// The engine, or who waits for it, changed. Changes that come while one is being told are told together
    /// after it, so that the last thing told is how it is.
    func engineChanged() async {
        guard !isTellingEngine else {
            hasEngineNews = true
            return
        }
        isTellingEngine = true
        repeat {
            hasEngineNews = false
            await tellEngine()
        } while hasEngineNews
        isTellingEngine = false
    }

    private func tellEngine() async {
        guard let engine, let queue else { return }
        let before = waitingTurns
        waitingTurns = await queue.waitingIDs
        subscribers.sendToAll(eventBytes("engine", await engineStatus()))
        if before != waitingTurns {
            let changed = Set(before + waitingTurns)
            for job in jobs.values where changed.contains(job.turn) { tell(job) }
        }
        metrics.setQueue(
            waiting: waitingTurns.count, running: await queue.runningCount,
            isReady: [.ready, .busy].contains(await engine.status.state))
    }

    func engineStatus() async -> EngineHost.Status {
        guard let engine, let queue else { preconditionFailure("a store without an engine") }
        var status = await engine.status
        status.running = await queue.runningCount
        status.queued = await queue.waitingIDs.count
        if status.state == .ready, status.running > 0 { status.state = .busy }
        return status
    }

    /// Ends all event streams: the server is going down.
    func finish() {
        for job in jobs.values {
            job.stop?.stop()
            job.task?.cancel()
        }
        subscribers.finishAll()
    }

    // MARK: Receiving

    /// Begins an upload.
    ///
    /// - Throws: ``APIError`` if there are too many.
    func beginUpload() throws {
        guard uploadCount < limits.uploads else {
            throw APIError(
                .tooManyRequests, "too_many_uploads",
                "\(limits.uploads) uploads are going on already. Try again when one has ended.")
        }
        uploadCount += 1
    }

    func endUpload() { uploadCount -= 1 }

    func add(
        _ recording: StoredRecording, sitting: String, state: Job.State, upload: String? = nil,
        bytesTotal: Int? = nil, sampleRate: Int? = nil
    ) throws -> JobRecord {
        guard jobs(of: sitting).count < limits.jobsPerSitting else {
            throw APIError(
                .tooManyRequests, "too_many_recordings",
                "There are \(limits.jobsPerSitting) recordings already. Remove some first.")
        }
        guard jobs.count < limits.jobs else {
            throw APIError(
                .tooManyRequests, "too_many_recordings",
                "The server holds \(limits.jobs) recordings of all its users. Try again later.")
        }
        let job = Job(
            sitting: sitting, name: recording.name, upload: upload, recording: recording,
            state: state)
        job.bytesTotal = bytesTotal
        job.sampleRate = sampleRate
        jobs[job.id] = job
        order.append(job.id)
        tell(job)
        return record(job)
    }

    /// More of an upload has come.
    ///
    /// - Throws: ``APIError`` if nobody wants it any more.
    func received(_ id: String) throws {
        guard let job = jobs[id] else { throw APIError.noSuchJob }
        job.lastSeen = .now
        tell(job)
    }

    /// A recording in the browser: stores the next piece, and takes a repeated one for done.
    ///
    /// - Returns: how many pieces there are.
    func addPiece(_ number: Int, _ bytes: [UInt8], to id: String, of sitting: String) throws -> Int
    {
        let job = try job(id, of: sitting)
        guard job.state == .recording else {
            if number < job.pieces { return job.pieces }
            throw APIError(
                .conflict, "recording_finished", "This recording was finished. Begin another one.")
        }
        if number < job.pieces { return job.pieces }
        guard number == job.pieces else {
            var error = APIError(
                .conflict, "piece_missing", "Piece \(job.pieces) has to come first. Send it.")
            error.facts["expected"] = job.pieces
            throw error
        }
        let seconds = Double(bytes.count / 2) / Double(job.sampleRate ?? 16000)
        guard job.recording.byteCount + bytes.count <= limits.uploadBytes,
            job.decodedSeconds + seconds <= limits.durationSeconds
        else { throw APIError.recordingFull }
        try job.recording.append(bytes)
        job.pieces += 1
        job.decodedSeconds += seconds
        return job.pieces
    }

    // MARK: Decoding

    /// Decodes what was received, to draw and to play it, and to find out whether it can be read.
    func decode(_ id: String) throws {
        guard let job = jobs[id] else { throw APIError.noSuchJob }
        guard [.receiving, .recording].contains(job.state) else { return }
        let copy = try ListeningCopy()
        job.copy = copy
        job.state = .decoding
        job.decodedSeconds = 0
        tell(job)
        let (recording, limit, environment) = (job.recording, limits.durationSeconds, environment)
        job.task = Task {
            do {
                let warnings = try await copy.decode(
                    recording, limitSeconds: limit, environment: environment
                ) { done, total in
                    Task { await self.decoded(id, done, total) }
                }
                decodeEnded(id, warnings: warnings)
            } catch {
                decodeFailed(id, error)
            }
        }
    }

    private func decoded(_ id: String, _ done: Double, _ total: Double?) {
        guard let job = jobs[id], job.state == .decoding else { return }
        job.decodedSeconds = done
        job.durationSeconds = total
        tell(job)
    }

    private func decodeEnded(_ id: String, warnings: [String]) {
        guard let job = jobs[id], job.state == .decoding else { return }
        let seconds = job.copy?.durationSeconds ?? 0
        job.decodedSeconds = seconds
        job.durationSeconds = seconds
        job.warnings = warnings
        job.state = .ready
        job.task = nil
        tell(job)
    }

    private func decodeFailed(_ id: String, _ error: any Error) {
        guard let job = jobs[id], job.state == .decoding else { return }
        job.state = .failed
        job.durationSeconds = nil
        job.problem = Self.problem(error)
        job.copy = nil
        job.task = nil
        metrics.countJob("refused")
        tell(job)
    }

    static func problem(_ error: any Error) -> Problem {
        if let error = error as? SottoError { return Problem(error) }
        if let error = error as? APIError {
            return Problem(message: error.message, code: error.code)
        }
        return Problem(SottoError(unexpected: error))
    }

    // MARK: Removing

    func remove(_ id: String, of sitting: String) async throws {
        let job = try job(id, of: sitting)
        remove(job)
        await queue?.leave(job.turn)
    }

    /// Forgets every recording of a sitting, and all that was heard in it.
    func forget(_ sitting: String) async {
        for job in jobs(of: sitting) {
            remove(job)
            await queue?.leave(job.turn)
        }
        returnFreedMemory()
    }

    private func remove(_ job: Job) {
        job.stop?.stop()
        job.task?.cancel()
        jobs[job.id] = nil
        order.removeAll { $0 == job.id }
        tell("removed", ["id": job.id], to: job.sitting)
    }

    /// Removes what an ended upload or a page that is long gone has left.
    func sweep() async {
        guard let patience = limits.keep else { return }
        for job in jobs.values
        where !job.state.isActive && ![.receiving, .decoding].contains(job.state)
            && !subscribers.isListening(job.sitting)
            && ContinuousClock.now - job.lastSeen > patience
        {
            remove(job)
        }
    }
}
