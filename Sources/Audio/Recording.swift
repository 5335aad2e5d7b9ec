/// A recording that is read either front to back or, by the decoder, at any place.
package protocol Recording: ByteSource {
    /// For messages: its path, or what else tells it from others.
    var name: String { get }
    /// Its first bytes; fewer only if it has no more.
    var start: [UInt8] { get }
    /// Whether somebody wrote to it since it was opened.
    var hasChanged: Bool { get }
    /// The whole of it, as the decoder reads it.
    func seekable() throws(AudioError) -> SeekableRecording
}

extension Recording {
    /// What it is by its first bytes, for messages.
    package var kind: String? { FileSignature.name(start) }
}

/// A file that can be read at any place; open as long as the recording lives that gave it.
package struct SeekableRecording {
    let descriptor: Int32
    /// What its bytes are hidden with; `nil` if they lie there as they are.
    let key: SealKey?
}

/// Bytes that are looked at before it is decided who reads a recording.
let recordingStartByteCount = 4096
