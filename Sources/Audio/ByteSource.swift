import Foundation

/// Bytes of an input, front to back. The input need not be seekable.
package protocol ByteSource: AnyObject {
    /// Up to `count` bytes; fewer only at the end, none after it.
    func read(_ count: Int) throws(AudioError) -> [UInt8]
}

/// A file or the standard input.
package final class FileBytes: ByteSource {
    private let handle: FileHandle
    private let path: String

    /// - Parameter path: `-` is the standard input.
    package init(path: String) throws(AudioError) {
        self.path = path
        guard path != "-" else {
            handle = .standardInput
            return
        }
        switch FileKind(path: path) {
        case .nothing: throw .missing(path: path)
        case .folder: throw .isFolder(path: path)
        case .file: break
        }
        do {
            handle = try FileHandle(forReadingFrom: URL(filePath: path))
        } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
    }

    package func read(_ count: Int) throws(AudioError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        do {
            while bytes.count < count,
                let more = try handle.read(upToCount: count - bytes.count), !more.isEmpty
            {
                bytes += more
            }
        } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
        return bytes
    }
}

extension Error {
    /// What the system said, in its own words.
    fileprivate var reason: String {
        let error = self as NSError
        let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError
        return (underlying ?? error).localizedDescription
    }
}
