import Foundation
import Transcript

/// A file that is written whole or not at all.
struct TargetFile {
    private let url: URL
    let path: String
    /// With a `/` at its end.
    let folder: String
    var name: String { url.lastPathComponent }
    /// Whether it was there before.
    let exists: Bool
    /// Whether it is a pipe or a device, which does not keep what it is given.
    let isStream: Bool

    /// - Parameters:
    ///   - path: a file, or a folder that exists.
    ///   - isFolder: whether it must be a folder, and is made.
    ///   - subfolder: of that folder.
    ///   - name: of the file in the folder, without its extension.
    init(
        _ path: String, isFolder mustBeFolder: Bool = false, subfolder: String = "", format: Format,
        name: () throws -> String
    ) throws {
        var isFolder = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        if isFolder || path.hasSuffix("/") || mustBeFolder {
            guard !exists || isFolder else {
                throw OutputRefusal(
                    description: "'\(path)' is a file, and several transcripts need a folder.")
            }
            let folderPath = path + (subfolder.isEmpty ? "" : "/\(subfolder)")
            let folder = URL(filePath: Self.literal(folderPath), directoryHint: .isDirectory)
            do {
                try FileManager.default.createDirectory(
                    at: folder, withIntermediateDirectories: true)
            } catch {
                throw OutputRefusal(
                    description: "The folder '\(folderPath)' cannot be made: \(error.systemText).")
            }
            url = folder.appending(path: "\(try name()).\(format.fileExtension)")
        } else {
            url = URL(filePath: Self.literal(path))
        }
        self.path = url.path(percentEncoded: false)
        folder = url.deletingLastPathComponent().path(percentEncoded: false)
        guard FileManager.default.fileExists(atPath: folder) else {
            throw OutputRefusal(
                description: "'\(self.path)' cannot be written: there is no folder '\(folder)'. "
                    + "Make it, or name another --output.")
        }
        // Safety: the string lives as long as the call.
        isStream = Self.isPipeOrDevice(self.path)
        guard unsafe access(isStream ? self.path : folder, W_OK) == 0 else {
            throw OutputRefusal(
                description: "'\(self.path)' cannot be written: \(systemWords(for: errno)).")
        }
        self.exists = !isStream && FileManager.default.fileExists(atPath: self.path)
    }

    /// A path as it stands: `URL` would take a leading tilde for a home folder, which is the shell's business.
    private static func literal(_ path: String) -> String {
        path.hasPrefix("~") ? "./" + path : path
    }

    func isOlder(than other: String) -> Bool {
        func changed(_ path: String) -> Date? {
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            return attributes?[.modificationDate] as? Date
        }
        guard let written = changed(path), let recorded = changed(other) else { return false }
        return written < recorded
    }

    func isSameFile(_ otherPath: String) -> Bool {
        func place(_ path: String) -> [Int]? {
            let end = URL(filePath: Self.literal(path)).resolvingSymlinksInPath().path
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: end) else {
                return nil
            }
            return [.systemNumber, .systemFileNumber].compactMap { attributes[$0] as? Int }
        }
        guard let one = place(path), let other = place(otherPath) else { return false }
        return one == other
    }

    /// Writes beside the target and renames, so that a half-written file never bears its name. Who might read
    /// the file that was there may read the new one; a link stays one; a pipe or a device is written to.
    func write(_ bytes: [UInt8]) throws {
        do {
            let mode = try? FileManager.default.attributesOfItem(atPath: end.path)
            guard !isStream else {
                let handle = try FileHandle(forWritingTo: url)
                try handle.write(contentsOf: Data(bytes))
                return try handle.close()
            }
            try Data(bytes).write(to: end, options: .atomic)
            if let permissions = mode?[.posixPermissions] {
                try FileManager.default.setAttributes(
                    [.posixPermissions: permissions], ofItemAtPath: end.path)
            }
        } catch {
            throw OutputRefusal(
                description: "'\(path)' cannot be written: \(error.systemText).")
        }
    }

    /// The file that a link leads to.
    private var end: URL { url.resolvingSymlinksInPath() }

    private static func isPipeOrDevice(_ path: String) -> Bool {
        let end = URL(filePath: literal(path)).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: end)
        guard let type = attributes?[.type] as? FileAttributeType else { return false }
        return ![.typeRegular, .typeDirectory, .typeSymbolicLink].contains(type)
    }
}
