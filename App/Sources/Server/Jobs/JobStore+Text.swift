import HTTPTypes
import Sotto
import Transcript

/// What a person does with a text, and with the sound it is from.
extension JobStore {
    func transcript(_ id: String, of sitting: String) throws -> TranscriptRecord {
        try job(id, of: sitting).transcript
    }

    /// Keeps what the page shows, for exports and for a page that comes again; `nil` goes back to the model's.
    func edit(_ id: String, of sitting: String, _ paragraphs: [EditedParagraph]?) throws {
        let job = try job(id, of: sitting)
        for paragraph in paragraphs ?? [] {
            guard paragraph.start.isFinite, paragraph.end.isFinite, paragraph.start >= 0,
                paragraph.end >= paragraph.start, paragraph.end <= 1e7
            else {
                throw APIError.badOption(
                    "A paragraph begins and ends at seconds of the recording.",
                    parameter: "paragraphs")
            }
        }
        let had = job.edits != nil
        job.edits = paragraphs?.sorted { $0.start < $1.start }
        if had != (paragraphs != nil) { tell(job) }
    }

    /// Polishes the model's text anew; what a person wrote stays.
    func polish(
        _ id: String, of sitting: String, options: JobOptions
    ) async throws -> TranscriptRecord {
        let job = try job(id, of: sitting)
        guard let transcription = job.transcription, !job.state.isActive else {
            throw APIError(
                .conflict, "no_text", "There is no finished text yet. Wait until it is done.")
        }
        let (stop, wanted) = (job.stop, try options.polishOptions())
        let (polished, problems) = await Self.polished(transcription, wanted)
        guard find(id) === job, job.stop === stop, !job.state.isActive else {
            throw APIError(.conflict, "no_text", "The text became another one meanwhile.")
        }
        job.transcription = polished
        job.segments = polished.segments
        job.options.rules = options.rules
        job.options.script = options.script
        job.options.hotWords = options.hotWords
        job.options.replacements = options.replacements
        job.warnings = polished.warnings + problems.map(\.description)
        tell("transcript", TranscriptEvent(id: id, transcript: job.transcript), to: sitting)
        tell(job)
        return job.transcript
    }

    /// A file of the text as it is now.
    func export(_ id: String, of sitting: String, as format: Format) async throws -> [UInt8] {
        let job = try job(id, of: sitting)
        guard !job.segments.isEmpty || job.transcription != nil else {
            throw APIError(.conflict, "no_text", "There is no text yet. Start the recording.")
        }
        var transcription = job.current
        if transcription.durationSeconds == 0 {
            transcription.durationSeconds = job.segments.last?.endSeconds ?? 0
        }
        return await Self.rendered(transcription, job.edits, as: format)
    }

    // The store answers others meanwhile: an expression of a user's may take long, and so may a long text.

    @concurrent private static func polished(
        _ transcription: Transcription, _ options: PolishOptions
    ) async -> (Transcription, [PolishError]) {
        transcription.polished(options)
    }

    @concurrent private static func rendered(
        _ transcription: Transcription, _ edits: [EditedParagraph]?, as format: Format
    ) async -> [UInt8] {
        format.render(edits.map(transcription.edited) ?? transcription)
    }

    /// The name under which an export is saved, without the extension.
    func exportName(_ id: String, of sitting: String) throws -> String {
        let name = try job(id, of: sitting).name
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
        // What follows the last dot may be a time or a date.
        let ending = name[name.index(after: dot)...]
        let isExtension =
            (2...5).contains(ending.count) && ending.allSatisfy { $0.isLetter || $0.isNumber }
            && ending.contains(where: \.isLetter)
        return isExtension ? String(name[..<dot]) : name
    }

    func listeningCopy(_ id: String, of sitting: String) throws -> ListeningCopy {
        let job = try job(id, of: sitting)
        guard let copy = job.copy else {
            throw APIError(
                .conflict, "not_decoded",
                "This recording is not decoded yet. Wait until it is ready.")
        }
        return copy
    }

    // MARK: For the extensions in other files

    func find(_ id: String) -> Job? { jobs[id] }
    func jobSitting(_ id: String) -> String? { find(id)?.sitting }
}
