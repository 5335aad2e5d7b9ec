import CSottoSystem
import Foundation
import Glibc

/// A temporary file that never has a name: whatever happens to this process, nothing of it stays.
final class SpoolFile {
    private let handle: FileHandle
    private let folder: String

    /// Makes one in `$TMPDIR`, or `/tmp`.
    init() throws(AudioError) {
        let wanted = ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
        folder = wanted.isEmpty ? "/tmp" : wanted
        // Safety: the string lives as long as the call.
        let descriptor = unsafe cs_unnamed_file(folder)
        guard descriptor >= 0 else {
            throw .notStored(folder: folder, reason: SystemError(number: errno).description)
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    var descriptor: Int32 { handle.fileDescriptor }

    func append(_ bytes: [UInt8]) throws(AudioError) {
        do {
            try handle.write(contentsOf: Data(bytes))
        } catch {
            throw .notStored(folder: folder, reason: error.reason)
        }
    }
}
