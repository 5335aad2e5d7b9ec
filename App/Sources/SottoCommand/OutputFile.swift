import FoundationEssentials
import Glibc
import Sotto
import Transcript

/// Where a transcript is written: whole or not at all.
struct OutputFile {
    private let url: URL
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
        var isFolder = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if isFolder || path.hasSuffix("/") || recordings.areSeveral {
            guard !exists || isFolder else {
                throw OutputRefusal(
                    description: "'\(path)' is a file, and several transcripts need a folder.")
            }
            let folderPath = path + (recording.subfolder.isEmpty ? "" : "/\(recording.subfolder)")
            let folder = URL(filePath: Self.literal(folderPath), directoryHint: .isDirectory)
            do {
                try FileManager.default.createDirectory(
                    at: folder, withIntermediateDirectories: true)
            } catch {
                throw OutputRefusal(
                    description: "The folder '\(folderPath)' cannot be made: \(error.systemText).")
            }
            let name = try Self.name(for: recording, among: recordings)
            url = folder.appending(path: "\(name).\(format.rawValue)")
        } else {
            url = URL(filePath: Self.literal(path))
        }
        let target = url.path(percentEncoded: false)
        let folder = url.deletingLastPathComponent().path(percentEncoded: false)
        guard FileManager.default.fileExists(atPath: folder) else {
            throw OutputRefusal(
                description: "'\(target)' cannot be written: there is no folder '\(folder)'. "
                    + "Make it, or name another --output.")
        }
        // Safety: the string lives as long as the call.
        guard unsafe access(folder, W_OK) == 0 else {
            throw OutputRefusal(
                description: "'\(target)' cannot be written: \(systemWords(for: errno)).")
        }
        let isWritten = FileManager.default.fileExists(atPath: target)
        guard !isWritten || !recordings.all.contains(where: { Self.isSameFile(target, $0.path) })
        else {
            throw OutputRefusal(
                description: "'\(target)' is a recording that is to be read. Name another --output."
            )
        }
        journal = folder + Self.journalName(url.lastPathComponent)
        let hasJournal = FileManager.default.fileExists(atPath: journal)
        if resumes && (hasJournal || isWritten) {
            guard hasJournal || !Self.isOlder(target, than: recording.path) else {
                throw OutputRefusal(
                    description: "'\(target)' is older than the recording. "
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
        guard isForced || !isWritten else {
            throw OutputRefusal(
                description:
                    "'\(target)' exists. Name another --output, or use --resume to keep it "
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

    /// A path as it stands: `URL` would take a leading tilde for a home folder, which is the shell's business.
    private static func literal(_ path: String) -> String {
        path.hasPrefix("~") ? "./" + path : path
    }

    private static func isOlder(_ target: String, than recording: String) -> Bool {
        func changed(_ path: String) -> Date? {
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            return attributes?[.modificationDate] as? Date
        }
        guard let written = changed(target), let recorded = changed(recording) else { return false }
        return written < recorded
    }

    private static func isSameFile(_ first: String, _ second: String) -> Bool {
        var (one, other) = (stat(), stat())
        // Safety: both structures live as long as the calls.
        guard unsafe stat(first, &one) == 0, unsafe stat(second, &other) == 0 else { return false }
        return one.st_dev == other.st_dev && one.st_ino == other.st_ino
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

    /// Writes beside the target and renames, so that a half-written file never bears its name.
    func write(_ text: String) throws {
        do {
            try Data(text.utf8).write(to: url, options: .atomic)
        } catch {
            throw OutputRefusal(
                description: "'\(url.path(percentEncoded: false))' cannot be written: "
                    + "\(error.systemText).")
        }
    }
}
