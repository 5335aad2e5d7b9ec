import Foundation
import Glibc

/// A recording as it lies on a disk or comes through a pipe: opened once, and read either front to back
/// or, by the decoder, at any place.
package final class RecordingFile: Recording {
    /// Its path, or `standard input`.
    package let name: String
    package let start: [UInt8]

    private let handle: FileHandle
    private let state: State
    /// Bytes of ``start`` that ``read(_:)`` has not given out.
    private var ahead: ArraySlice<UInt8>
    private var spool: SealedFile?

    /// Size and time of the last change; what a file has when it is not written to.
    private struct State: Equatable {
        let byteCount: Int
        let seconds, nanoseconds: Int
        let kind: mode_t

        init?(_ descriptor: Int32) {
            var found = stat()
            // Safety: the call fills the structure, which lives here.
            guard unsafe fstat(descriptor, &found) == 0 else { return nil }
            byteCount = Int(found.st_size)
            (seconds, nanoseconds) = (found.st_mtim.tv_sec, found.st_mtim.tv_nsec)
            kind = found.st_mode & S_IFMT
        }
    }

    /// Opens a file and reads its first bytes.
    ///
    /// - Parameter path: `-` is the standard input.
    package init(path: String) throws(AudioError) {
        name = path == "-" ? "standard input" : path
        handle = try path == "-" ? .standardInput : Self.open(path)
        guard let state = State(handle.fileDescriptor) else {
            throw .unreadable(path: name, reason: SystemError(number: errno).description)
        }
        self.state = state
        switch state.kind {
        case S_IFDIR: throw .isFolder(path: name)
        case S_IFBLK, S_IFCHR:
            guard isatty(handle.fileDescriptor) == 0 else { throw .isTerminal(path: name) }
            throw .isDevice(path: name)
        default: break
        }
        start = try handle.bytes(recordingStartByteCount, name)
        ahead = start[...]
        guard !start.isEmpty else { throw .empty(path: name) }
    }

    private static func open(_ path: String) throws(AudioError) -> FileHandle {
        // Safety: the string lives as long as the call.
        let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let error = SystemError(number: errno)
            throw error.number == ENOENT
                ? .missing(path: path) : .unreadable(path: path, reason: error.description)
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    package var hasChanged: Bool {
        state.kind == S_IFREG && State(handle.fileDescriptor) != state
    }

    package func read(_ count: Int) throws(AudioError) -> [UInt8] {
        let first = ahead.prefix(count)
        ahead = ahead.dropFirst(count)
        guard first.count < count else { return Array(first) }
        return try Array(first) + handle.bytes(count - first.count, name)
    }

    /// What comes through a pipe is stored first, all of it, in a sealed file.
    package func seekable() throws(AudioError) -> SeekableRecording {
        let read = off_t(start.count - ahead.count)
        guard lseek(handle.fileDescriptor, 0, SEEK_CUR) != read + off_t(ahead.count) else {
            return SeekableRecording(descriptor: handle.fileDescriptor, key: nil)
        }
        let spool = try SealedFile()
        while case let bytes = try self.read(1 << 20), !bytes.isEmpty { try spool.append(bytes) }
        self.spool = spool
        return SeekableRecording(descriptor: spool.descriptor, key: spool.key)
    }
}

extension FileHandle {
    fileprivate func bytes(_ count: Int, _ name: String) throws(AudioError) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            while bytes.count < count,
                let more = try read(upToCount: count - bytes.count), !more.isEmpty
            {
                bytes += more
            }
        } catch {
            throw .unreadable(path: name, reason: error.reason)
        }
        return bytes
    }
}

extension Error {
    /// What the system said, in its own words.
    var reason: String {
        let error = self as NSError
        let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        guard cause.domain == NSPOSIXErrorDomain else { return cause.localizedDescription }
        return SystemError(number: Int32(cause.code)).description
    }
}
