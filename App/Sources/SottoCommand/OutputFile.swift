import FoundationEssentials
import Glibc
import Sotto
import Transcript

/// Where a transcript is written: whole or not at all.
struct OutputFile {
    private let file: TargetFile
    /// Beside the transcript as long as that is not whole.
    private let journal: String
    /// Where to keep what is done; `nil` if an earlier run wrote the transcript.
    let journaling: Journaling?

    /// - Parameters:
    ///   - path: a file; a folder that exists; or, for several recordings, a folder to be made.
    ///   - recording: names the file in a folder, and the folder below that.
    ///   - resumes: whether what an earlier run did is kept: its transcripts, and what its journals hold.
    init(
        _ path: String, for recording: Recording, among recordings: Recordings, format: Format,
        isForced: Bool, resumes: Bool
    ) throws {
        let file = try TargetFile(
            path, isFolder: recordings.areSeveral, subfolder: recording.subfolder, format: format
        ) { try Self.name(for: recording, among: recordings) }
        self.file = file
        guard !recordings.all.contains(where: { file.isSameFile($0.path) }) else {
            throw OutputRefusal(
                description: "'\(file.path)' is a recording that is to be read. "
                    + "Name another --output.")
        }
        journal = file.folder + Self.journalName(file.name)
        guard !file.isStream else {
            journaling = Journaling.none
            return
        }
        let hasJournal = FileManager.default.fileExists(atPath: journal)
        if resumes && (hasJournal || file.exists) {
            guard hasJournal || !file.isOlder(than: recording.path) else {
                throw OutputRefusal(
                    description: "'\(file.path)' is older than the recording. "
                        + "Use --force to write it anew, or name another --output.")
            }
            journaling = hasJournal ? .resume(path: journal) : nil
            return
        }
        guard isForced || !hasJournal else {
            throw OutputRefusal(
                description: "'\(journal)' holds what an incomplete run had done. "
                    + "Use --resume to go on with it, or --force to begin anew.")
        }
        guard isForced || !file.exists else {
            throw OutputRefusal(
                description:
                    "'\(file.path)' exists. Name another --output, or use --resume to keep it "
                    + "or --force to overwrite it.")
        }
        journaling = hasJournal ? .replace(path: journal) : .begin(path: journal)
    }

    /// The transcript's name and `.journal`; of a name that would be too long then, its end.
    private static func journalName(_ name: String) -> String {
        var rest = name[...]
        while rest.utf8.count > Int(NAME_MAX) - 8 { rest.removeFirst() }
        return rest + ".journal"
    }

    /// The recording's name, without its extension where that leaves it the only one of its name.
    private static func name(
        for recording: Recording, among recordings: Recordings
    ) throws -> String {
        guard recording.path != "-" else { return "standard-input" }
        guard recordings.hasNamesake(ofStem: recording) else { return recording.stem }
        guard !recordings.hasNamesake(recording) else {
            throw OutputRefusal(
                description: "Two recordings are named '\(recording.name)', and their "
                    + "transcripts would be too. Write them to two folders.")
        }
        return recording.name
    }

    /// Whether there is something for a later run to go on with.
    var hasJournal: Bool { FileManager.default.fileExists(atPath: journal) }

    /// Ends the safety that the journal gives.
    func deleteJournal() {
        // Safety: the string lives as long as the call.
        _ = unsafe unlink(journal)
    }

    /// Says how to go on with what was done.
    var advice: String {
        "What was done until then is kept in '\(journal)': "
            + "run the same command with --resume to go on."
    }

    /// Says why the journal is still there.
    var remark: String {
        "The journal '\(journal)' is kept, so that --resume does not take the transcript for complete."
    }

    /// Writes the transcript.
    func write(_ bytes: [UInt8]) throws {
        try file.write(bytes)
    }
}
