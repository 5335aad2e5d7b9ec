import FoundationEssentials
import Transcript

/// Where a transcript is written: whole or not at all.
struct OutputFile {
    private let url: URL

    /// - Parameters:
    ///   - path: a file; a folder that exists; or, for several recordings, a folder to be made.
    ///   - recording: names the file in a folder.
    init(
        _ path: String, for recording: String, among recordings: [String], format: Format,
        isForced: Bool
    ) throws {
        var isFolder = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if isFolder || path.hasSuffix("/") || recordings.count > 1 {
            guard !exists || isFolder else {
                throw OutputRefusal(
                    description: "'\(path)' is a file, and several transcripts need a folder.")
            }
            let folder = URL(filePath: path, directoryHint: .isDirectory)
            do {
                try FileManager.default.createDirectory(
                    at: folder, withIntermediateDirectories: true)
            } catch {
                throw OutputRefusal(
                    description: "The folder '\(path)' cannot be made: \(error.systemText).")
            }
            let stem =
                recording == "-"
                ? "standard-input"
                : URL(filePath: recording).deletingPathExtension().lastPathComponent
            url = folder.appending(path: "\(stem).\(format.rawValue)")
        } else {
            url = URL(filePath: path)
        }
        let target = url.path(percentEncoded: false)
        guard isForced || !FileManager.default.fileExists(atPath: target) else {
            throw OutputRefusal(
                description:
                    "'\(target)' exists. Name another --output, or use --force to overwrite it.")
        }
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
