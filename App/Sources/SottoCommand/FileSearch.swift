import Foundation
import Glibc

/// Looks for recordings in folders and by patterns. Hidden files are left alone, links to folders are not
/// followed, and what is no recording by its name is passed over.
struct FileSearch {
    /// Folders that could not be read, as messages.
    private(set) var problems: [String] = []

    static func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }

    static func isPattern(_ argument: String) -> Bool {
        argument.contains { "*?".contains($0) }
            || argument.firstIndex(of: "[").map { argument[$0...].contains("]") } == true
    }

    /// The folder of a pattern before its first `*`, with the last `/`; empty for the working folder.
    static func base(ofPattern pattern: String) -> String {
        let fixed = pattern.prefix { !"*?[".contains($0) }
        return fixed.lastIndex(of: "/").map { String(fixed[...$0]) } ?? ""
    }

    /// All below a folder.
    ///
    /// - Parameter folder: ends in `/`; empty for the working folder.
    mutating func recordings(in folder: String) -> [String] {
        guard let names = Self.names(in: folder.isEmpty ? "." : folder) else {
            problems.append(
                "The folder '\(folder)' cannot be read: \(systemWords(for: errno)). "
                    + "Check its permissions.")
            return []
        }
        var found: [String] = []
        for name in names where !name.hasPrefix(".") {
            let path = folder + name
            let attributes = try? FileManager.default.attributesOfItem(atPath: path)
            switch attributes?[.type] as? FileAttributeType {
            case .typeDirectory:
                found += recordings(in: path + "/")
            case .typeRegular, .typeSymbolicLink, nil:
                if Recording.isNamedAsOne(path) && !Self.isFolder(path) { found.append(path) }
            default:
                break
            }
        }
        return found
    }

    /// What a shell would find, folders with all that is below them; and `**` is any number of folders.
    mutating func recordings(matching pattern: String) -> [String] {
        if let stars = pattern.range(of: "**/") {
            let end = pattern[stars.upperBound...]
            let depth = end.split(separator: "/").count
            let start = pattern[..<stars.lowerBound]
            let folders = start.isEmpty ? [""] : Self.matches(String(start))
            return folders.flatMap { recordings(in: $0) }.filter { path in
                let tail = path.split(separator: "/").suffix(depth).joined(separator: "/")
                // Safety: both strings live as long as the call.
                return unsafe fnmatch(String(end), tail, FNM_PATHNAME) == 0
            }
        }
        return Self.matches(pattern).flatMap { path in
            if Self.isFolder(path) {
                return recordings(in: path.hasSuffix("/") ? path : path + "/")
            }
            return Recording.isNamedAsOne(path) ? [path] : []
        }
    }

    /// Names that are no UTF-8 are among them, repaired: then no file has them, and that is told.
    ///
    /// - Returns: `nil` if the folder cannot be read; `errno` says why.
    private static func names(in folder: String) -> [String]? {
        guard let stream = unsafe opendir(folder) else { return nil }
        defer { unsafe closedir(stream) }
        var names: [String] = []
        // Safety: an entry is copied before the next is read; its name ends in a zero.
        while let entry = unsafe readdir(stream) {
            unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe names.append(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
            }
        }
        return names
    }

    private static func matches(_ pattern: String) -> [String] {
        var found = unsafe glob_t()
        defer { unsafe globfree(&found) }
        // Safety: the paths live until `globfree`, and there are `gl_pathc` of them.
        guard unsafe glob(pattern, 0, nil, &found) == 0 else { return [] }
        return unsafe (0..<Int(found.gl_pathc)).compactMap { index in
            unsafe found.gl_pathv[index].map { unsafe String(cString: $0) }
        }
    }
}
