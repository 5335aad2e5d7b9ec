import Foundation
import Sotto
import Transcript

/// A recording, and what became of it. It lives inside ``JobStore``.
final class Job {
    /// Where it is on its way.
    enum State: String, Sendable, Encodable {
        case receiving, recording, decoding, ready, queued, running, done, cancelled, failed

        /// Whether the engine works for it, or will.
        var isActive: Bool { self == .queued || self == .running }
        /// Whether ``JobStore/start(_:options:)`` may be called.
        var canStart: Bool { [.ready, .done, .cancelled, .failed].contains(self) }
    }

    let id: String
    let sitting: String
    let name: String
    /// The page's own name for an upload.
    let upload: String?
    let created = Date()
    let recording: StoredRecording
    /// To play and to draw; `nil` until it is decoded.
    var copy: ListeningCopy?
    var state: State
    var bytesTotal: Int?
    /// Pieces of a recording in the browser that were stored.
    var pieces = 0
    var sampleRate: Int?
    var decodedSeconds = 0.0
    var durationSeconds: Double?
    var options = JobOptions()
    var part: Range<Double>?
    var warnings: [String] = []
    var problem: Problem?
    var stop: StopSwitch?
    /// Names its present place in the queue: one that was cancelled and started again has another.
    var turn = ""
    /// The text that is there until a new one is whole.
    var previous: Transcription?
    /// What works on it at present.
    var task: Task<Void, Never>?

    var segments: [Segment] = []
    var partial = ""
    var transcription: Transcription?
    var edits: [EditedParagraph]?
    /// The paragraphs that subscribers have.
    var sent: [Paragraph] = []

    var started: ContinuousClock.Instant?
    var progress: (done: Double, total: Double?)?
    /// When its page was last there.
    var lastSeen = ContinuousClock.now

    init(
        sitting: String, name: String, upload: String? = nil, recording: StoredRecording,
        state: State
    ) {
        id = UUID().uuidString.lowercased()
        self.sitting = sitting
        self.name = name
        self.upload = upload
        self.recording = recording
        self.state = state
    }

    /// What is known of the text by now.
    var current: Transcription {
        if let transcription { return transcription }
        return Transcription(
            segments: segments, chunks: [], durationSeconds: 0, recordingName: name,
            provenance: Provenance(model: "", device: "", version: sottoVersion, wallSeconds: 0),
            warnings: [])
    }

    var transcript: TranscriptRecord {
        TranscriptRecord(current, partial: partial, edits: edits)
    }
}

/// A job as the page sees it.
struct JobRecord: Encodable, Sendable {
    struct Progress: Encodable, Sendable {
        let doneSeconds, totalSeconds, elapsedSeconds: Double
        @Nullable var remainingSeconds: Double?
        @Nullable var speed: Double?
    }

    let id, name: String
    /// Of two records of a job, the one with the higher number is the later: an answer may overtake an event.
    let revision: Int
    @Nullable var upload: String?
    let created: Int
    let state: Job.State
    let bytesReceived: Int
    @Nullable var bytesTotal: Int?
    let decodedSeconds: Double
    @Nullable var durationSeconds: Double?
    let pieces: Int
    @Nullable var sampleRate: Int?
    @Nullable var range: [Double]?
    let options: JobOptions
    @Nullable var progress: Progress?
    @Nullable var queuePosition: Int?
    @Nullable var error: Problem?
    let warnings: [String]
    let hasText, hasEdits: Bool
    @Nullable var isComplete: Bool?

    init(_ job: Job, queuePosition: Int?, revision: Int) {
        self.revision = revision
        id = job.id
        name = job.name
        upload = job.upload
        created = Int(job.created.timeIntervalSince1970 * 1000)
        state = job.state
        bytesReceived = job.recording.byteCount
        bytesTotal = job.bytesTotal
        decodedSeconds = job.decodedSeconds
        durationSeconds = job.durationSeconds
        pieces = job.pieces
        sampleRate = job.sampleRate
        range = job.part.map { [$0.lowerBound, $0.upperBound] }
        options = job.options
        progress = Self.progress(of: job)
        self.queuePosition = queuePosition
        error = job.problem
        warnings = job.warnings
        hasText = !job.segments.isEmpty
        hasEdits = job.edits != nil
        isComplete = job.transcription?.isComplete
    }

    private static func progress(of job: Job) -> Progress? {
        guard job.state == .running, let started = job.started else { return nil }
        let start = job.part?.lowerBound ?? 0
        let end = job.part?.upperBound ?? job.durationSeconds ?? job.progress?.total ?? 0
        let elapsed = (ContinuousClock.now - started) / .seconds(1)
        let done = max(0, (job.progress?.done ?? 0) - start)
        let isKnown = done > 0 && elapsed > 0.5
        return Progress(
            doneSeconds: done, totalSeconds: max(0, end - start), elapsedSeconds: elapsed,
            remainingSeconds: isKnown ? max(0, end - start - done) * elapsed / done : nil,
            speed: isKnown ? done / elapsed : nil)
    }
}
