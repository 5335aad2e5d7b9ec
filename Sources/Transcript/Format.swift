/// A way to write a transcription down. Adding one is a case here and a function beside it.
public enum Format: String, Hashable, Sendable, CaseIterable {
    /// The text alone.
    case txt
    /// Everything, for programs.
    case json

    /// The whole file, ending in a line break.
    public func render(_ transcription: Transcription) -> String {
        switch self {
        case .txt: transcription.text + "\n"
        case .json: renderJSON(transcription)
        }
    }
}
