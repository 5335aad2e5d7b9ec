import Foundation

/// A recording to transcribe.
struct Recording: Hashable {
    /// `-` is the standard input.
    let path: String
    /// Where it lies below the folder that was named, `2026/may`; its transcript goes there too. Empty for
    /// a recording that was named itself.
    let subfolder: String
    /// Without folders.
    let name: String
    /// The name without its extension.
    let stem: String

    /// - Parameter base: the start of the path that was named, with its last `/`; `nil` for all of it.
    init(_ path: String, below base: String? = nil) {
        let url = URL(filePath: path)
        self.path = path
        name = url.lastPathComponent
        stem = url.deletingPathExtension().lastPathComponent
        let parts = path.dropFirst(base?.count ?? path.count).split(separator: "/")
        subfolder = parts.dropLast().joined(separator: "/")
    }

    /// Extensions of the containers that the decoder reads, in lower case. In folders other files are no
    /// recordings; a file that is named itself is tried, whatever its name.
    static let extensions: Set<String> = [
        "3g2", "3gp", "aac", "ac3", "aif", "aifc", "aiff", "amr", "ape", "asf", "au", "avi", "awb",
        "caf", "divx", "dss", "dts", "eac3", "ec3", "f4v", "flac", "flv", "m2t", "m2ts", "m4a",
        "m4b", "m4r", "m4v", "mka", "mkv", "mov", "mp2", "mp3", "mp4", "mpeg", "mpg", "mts", "nist",
        "oga", "ogg", "ogv", "opus", "qt", "rf64", "snd", "sph", "spx", "ts", "tta", "voc", "vob",
        "w64", "wav", "wave", "webm", "wma", "wmv", "wv",
    ]

    /// Whether a file in a folder is one, by its name.
    static func isNamedAsOne(_ path: String) -> Bool {
        extensions.contains(URL(filePath: path).pathExtension.lowercased())
    }

    /// The order in which a person lists files: folder by folder, 2 before 10, `a` beside `A`.
    static func isInOrder(_ first: String, _ second: String) -> Bool {
        let (one, other) = (first.split(separator: "/"), second.split(separator: "/"))
        for (left, right) in zip(one, other) where left != right {
            let order = left.compare(
                right,
                options: [.numeric, .caseInsensitive, .diacriticInsensitive, .widthInsensitive])
            return order == .orderedSame ? left < right : order == .orderedAscending
        }
        return one.count < other.count
    }
}
