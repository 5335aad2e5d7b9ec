import FoundationEssentials

/// What lies at a path, symbolic links followed.
enum FileKind {
    case nothing, folder, file

    init(path: String) {
        var isFolder = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        self = !exists ? .nothing : isFolder ? .folder : .file
    }
}
