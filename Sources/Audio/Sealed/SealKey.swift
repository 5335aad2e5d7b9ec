import CSodium

/// What hides one file's bytes: 32 random bytes, kept off the swap and out of core dumps, and wiped at the
/// end.
///
/// The cipher is XChaCha20, whose stream can be entered at any place. Nothing tells whether somebody changed
/// the file: that needs the rights to read this process's memory too.
// Safety: the bytes are written once, before anybody else has the object, and only read until `deinit`.
@safe final class SealKey: @unchecked Sendable {
    private let bytes: UnsafeMutableRawPointer

    static let byteCount = Int(crypto_stream_xchacha20_KEYBYTES)

    /// Makes a new one; `nil` if there is no memory for it.
    init?() {
        // Safety: may be called by any thread, any number of times.
        guard sodium_init() >= 0, let bytes = unsafe sodium_malloc(Self.byteCount) else {
            return nil
        }
        unsafe randombytes_buf(bytes, Self.byteCount)
        unsafe self.bytes = bytes
    }

    deinit {
        // Safety: what `sodium_malloc` gave; it is wiped.
        unsafe sodium_free(bytes)
    }

    /// Hides bytes that lie at a place of the file, or shows them again.
    func apply(to data: inout [UInt8], offset: Int) {
        let count = data.count
        // Safety: the key has as many bytes as the cipher reads, and the buffer `count`.
        unsafe data.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            unsafe sotto_seal(
                start, count, UInt64(offset), bytes.assumingMemoryBound(to: UInt8.self))
        }
    }

    /// Lends the key, to hand it to the decoder.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        // Safety: the key lives as long as this object.
        unsafe body(UnsafeRawBufferPointer(start: bytes, count: Self.byteCount))
    }
}
