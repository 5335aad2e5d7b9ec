import CSottoSystem
import Foundation
import Glibc
import Synchronization

/// A temporary file that never has a name and holds nothing that could be read without a key that only this
/// process has: whatever happens to it, nothing stays.
///
/// Bytes are appended and never written again, so no place of the key's stream hides two of them. Safe to
/// use from any thread.
package final class SealedFile: Sendable {
    private struct State {
        var byteCount = 0
        /// What was written in part must not be written again.
        var isBroken = false
    }

    private let handle: FileHandle
    private let folder: String
    private let state = Mutex(State())
    let key: SealKey

    /// - Parameter folder: `nil` takes `$TMPDIR`, or `/tmp`.
    package init(folder: String? = nil) throws(AudioError) {
        let wanted = folder ?? ProcessInfo.processInfo.environment["TMPDIR"] ?? ""
        self.folder = wanted.isEmpty ? "/tmp" : wanted
        guard let key = SealKey() else {
            throw .notStored(folder: self.folder, reason: SystemError(number: ENOMEM).description)
        }
        self.key = key
        // Safety: the string lives as long as the call.
        let descriptor = unsafe cs_unnamed_file(self.folder)
        guard descriptor >= 0 else {
            throw .notStored(folder: self.folder, reason: SystemError(number: errno).description)
        }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    /// What lies on the disk; open as long as this object lives.
    package var descriptor: Int32 { handle.fileDescriptor }

    /// Bytes appended so far.
    package var byteCount: Int { state.withLock { $0.byteCount } }

    /// Adds bytes to the end. After a failure nothing more can be added.
    package func append(_ bytes: [UInt8]) throws(AudioError) {
        let failure: Int32 = state.withLock { state in
            guard !state.isBroken else { return EIO }
            var sealed = bytes
            key.apply(to: &sealed, offset: state.byteCount)
            let failure = write(sealed, at: state.byteCount)
            if failure == 0 { state.byteCount += bytes.count } else { state.isBroken = true }
            return failure
        }
        guard failure == 0 else {
            throw .notStored(folder: folder, reason: SystemError(number: failure).description)
        }
    }

    /// - Returns: 0, or the system's error number.
    private func write(_ bytes: [UInt8], at offset: Int) -> Int32 {
        var done = 0
        while done < bytes.count {
            // Safety: the rest of the buffer has `bytes.count - done` bytes.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe pwrite(
                    descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done,
                    off_t(offset + done))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count < 0 ? errno : ENOSPC }
            done += count
        }
        return 0
    }

    /// Bytes at a place; fewer at the end.
    package func read(_ range: Range<Int>) throws(AudioError) -> [UInt8] {
        let range = range.clamped(to: 0..<byteCount)
        var failure: Int32 = 0
        var bytes = unsafe [UInt8](unsafeUninitializedCapacity: range.count) { buffer, done in
            done = 0
            while done < range.count {
                // Safety: the rest of the buffer has room for `range.count - done` bytes.
                let count = unsafe pread(
                    descriptor, buffer.baseAddress?.advanced(by: done), range.count - done,
                    off_t(range.lowerBound + done))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else {
                    failure = count < 0 ? errno : EIO
                    return
                }
                done += count
            }
        }
        guard failure == 0 else {
            let reason = SystemError(number: failure).description
            throw .unreadable(path: "a temporary file", reason: reason)
        }
        key.apply(to: &bytes, offset: range.lowerBound)
        return bytes
    }
}
