/// Why a file is not a transcription that can be read.
///
/// Messages name places in the file, never what the file holds.
public enum TranscriptionFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// It is no JSON.
    case notJSON
    /// It is JSON without a version.
    case notATranscription
    /// Another version of Sotto wrote it.
    case version(Int)
    /// A field that must be there is not; `path` is `segments[3].start`.
    case missing(path: String)
    /// A field holds what it cannot mean.
    case invalid(path: String, reason: String)

    /// What is wrong, as sentences.
    public var description: String {
        switch self {
        case .notJSON: "It is not JSON."
        case .notATranscription: "It is JSON, but not a transcript of Sotto: it has no version."
        case .version(let version) where version < TranscriptionDocument.currentVersion:
            "It has version \(version), from before files could be read again. "
                + "Transcribe the recording again."
        case .version(let version):
            "It has version \(version), and this Sotto reads "
                + "\(TranscriptionDocument.currentVersion) only. Use a newer Sotto."
        case .missing(let path): "It has no \(path)."
        case .invalid(let path, let reason): "Its \(path) \(reason)."
        }
    }
}
