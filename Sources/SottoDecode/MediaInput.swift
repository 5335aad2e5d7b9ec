// swift-format-ignore-file: NeverForceUnwrap
// C hands out optionals that its own contracts fill; a trap ends only this process.

import CFFmpeg
import CSodium
import DecodeProtocol
import Glibc

/// The standard input as FFmpeg reads it: at any place, and never beyond the size it had at first.
final class MediaInput {
    let byteCount: Int
    private(set) var position = 0
    /// Bytes read so far, those read again included.
    private(set) var readByteCount = 0 {
        didSet { if readByteCount >> 26 != oldValue >> 26 { onProgress?() } }
    }
    /// The system's error number, once reading failed.
    private(set) var failure: Int32?
    /// Called for every 64 MiB that are read, whatever for.
    var onProgress: (() -> Void)?
    /// Whether the file ended before the size it had at first.
    private(set) var hasShrunk = false

    private let key: [UInt8]?

    private static let bufferByteCount = 1 << 16

    /// - Parameter isSealed: whether what lies on the disk is hidden; the key waits on descriptor 3.
    init(isSealed: Bool) throws(DecodeFailure) {
        let end = lseek(STDIN_FILENO, 0, SEEK_END)
        guard end >= 0 else { throw DecodeFailure(.unreadable, "\(errno)") }
        byteCount = end
        key = isSealed ? try Self.takeKey() : nil
    }

    private static func takeKey() throws(DecodeFailure) -> [UInt8] {
        // It asks the system for what it may not be asked for later.
        guard sodium_init() >= 0 else { throw DecodeFailure(.unexpected, "sodium_init") }
        var key = [UInt8](repeating: 0, count: Int(SOTTO_KEY_BYTES))
        let found = Glibc.read(3, &key, key.count)
        close(3)
        guard found == key.count else { throw DecodeFailure(.unexpected, "no key") }
        return key
    }

    /// Shows what lies at a place of a sealed file.
    private func open(_ bytes: UnsafeMutablePointer<UInt8>?, count: Int, at offset: Int) {
        guard let key, let bytes, count > 0 else { return }
        sotto_seal(bytes, count, UInt64(offset), key)
    }

    /// FFmpeg's view of this input. It must not outlive it.
    func makeContext() throws(DecodeFailure) -> UnsafeMutablePointer<AVIOContext> {
        let itself = Unmanaged.passUnretained(self).toOpaque()
        guard let buffer = av_malloc(Self.bufferByteCount),
            let context = avio_alloc_context(
                buffer.assumingMemoryBound(to: UInt8.self), Int32(Self.bufferByteCount), 0, itself,
                { itself, target, count in MediaInput.at(itself).read(target, Int(count)) }, nil,
                { itself, offset, origin in MediaInput.at(itself).seek(Int(offset), origin) })
        else { throw DecodeFailure(.outOfMemory) }
        return context
    }

    /// Bytes at a place, fewer at the end; the position stays.
    func bytes(at offset: Int, count: Int) -> [UInt8] {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            initialized = max(0, pread(STDIN_FILENO, buffer.baseAddress, count, offset))
            open(buffer.baseAddress, count: initialized, at: offset)
        }
        readByteCount += bytes.count
        return bytes
    }

    /// A number at a place, missing bytes taken for zero; one of 8 bytes may come out negative.
    func littleEndian(at offset: Int, byteCount: Int) -> Int {
        bytes(at: offset, count: byteCount).reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    func bigEndian(at offset: Int, byteCount: Int) -> Int {
        bytes(at: offset, count: byteCount).reduce(0) { $0 << 8 | Int($1) }
    }

    private static func at(_ pointer: UnsafeMutableRawPointer?) -> MediaInput {
        Unmanaged<MediaInput>.fromOpaque(pointer!).takeUnretainedValue()
    }

    private func read(_ target: UnsafeMutablePointer<UInt8>?, _ count: Int) -> Int32 {
        let wanted = min(count, byteCount - position)
        guard wanted > 0 else { return sotto_error_end() }
        var found = pread(STDIN_FILENO, target, wanted, position)
        while found < 0 && errno == EINTR { found = pread(STDIN_FILENO, target, wanted, position) }
        guard found >= 0 else {
            failure = errno
            return sotto_error(errno)
        }
        guard found > 0 else {
            hasShrunk = true
            return sotto_error_end()
        }
        open(target, count: found, at: position)
        position += found
        readByteCount += found
        return Int32(found)
    }

    private func seek(_ offset: Int, _ origin: Int32) -> Int64 {
        let target: (Int, Bool)
        switch origin & ~AVSEEK_FORCE {
        case AVSEEK_SIZE: return Int64(byteCount)
        case SEEK_SET: target = (offset, false)
        case SEEK_CUR: target = position.addingReportingOverflow(offset)
        case SEEK_END: target = byteCount.addingReportingOverflow(offset)
        default: return Int64(sotto_error(EINVAL))
        }
        guard !target.1, target.0 >= 0 else { return Int64(sotto_error(EINVAL)) }
        position = target.0
        return Int64(target.0)
    }
}
