/// A recording in a sealed file, as it is when it is opened.
package final class SealedRecording: Recording {
    package let name: String
    package let start: [UInt8]

    private let file: SealedFile
    private let byteCount: Int
    private var position = 0

    /// - Parameter name: for messages.
    package init(_ file: SealedFile, name: String) throws(AudioError) {
        self.file = file
        self.name = name
        byteCount = file.byteCount
        guard byteCount > 0 else { throw .empty(path: name) }
        start = try file.read(0..<min(byteCount, recordingStartByteCount))
    }

    package var hasChanged: Bool { file.byteCount != byteCount }

    package func read(_ count: Int) throws(AudioError) -> [UInt8] {
        let end = min(byteCount, position + count)
        let bytes = try file.read(position..<end)
        position = end
        return bytes
    }

    package func seekable() -> SeekableRecording {
        SeekableRecording(descriptor: file.descriptor, key: file.key)
    }
}
