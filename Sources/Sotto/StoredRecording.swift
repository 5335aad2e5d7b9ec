import Audio
import Foundation

/// A recording that is stored on disk encrypted, in a file without a name, with a key that only this process has.
///
/// What is appended is readable at once. When the last reference goes, the file is gone and the key wiped. Safe
/// to use from any thread.
public final class StoredRecording: Sendable {
    /// Without folders; for messages, and for the name in a transcription.
    public let name: String
    private let file: SealedFile

    /// An empty one.
    ///
    /// - Parameters:
    ///   - name: of the recording, without folders.
    ///   - folder: where the file lies; `nil` takes `$TMPDIR`, or `/tmp`.
    /// - Throws: ``SottoError`` of kind `resources` and code `audio_not_stored`.
    public init(name: String, folder: String? = nil) throws(SottoError) {
        self.name = name
        do throws(AudioError) {
            file = try SealedFile(folder: folder)
        } catch {
            throw SottoError(error)
        }
    }

    /// Bytes appended so far.
    public var byteCount: Int { file.byteCount }

    /// Adds bytes to the end. After a failure nothing more can be added.
    ///
    /// - Throws: ``SottoError`` of kind `resources` and code `audio_not_stored`, on a full disk say.
    public func append(_ bytes: [UInt8]) throws(SottoError) {
        do throws(AudioError) {
            try file.append(bytes)
        } catch {
            throw SottoError(error)
        }
    }

    /// What is there by now, to be read.
    func open() throws(AudioError) -> any Recording {
        try SealedRecording(file, name: name)
    }
}
