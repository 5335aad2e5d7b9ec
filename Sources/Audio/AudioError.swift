/// Why an input could not be turned into 16 kHz mono samples.
///
/// Messages say what happened, to which input, and what to do next. They never hold audio or text.
public enum AudioError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is nothing at the path.
    case missing(path: String)
    case isFolder(path: String)
    /// The system refused to read; `reason` is in its words.
    case unreadable(path: String, reason: String)
    /// The input has no bytes.
    case empty(path: String)
    /// The input is not a WAV file; `found` names what it is where that is known.
    case notWAV(path: String, found: String?)
    /// A WAV file whose samples are encoded in a way that is not read here.
    case unsupportedEncoding(path: String, found: String)
    /// A WAV header that contradicts itself or the file.
    case malformedHeader(path: String, reason: String)
    /// A well-formed file without a single sample.
    case noSamples(path: String)
    /// A sample that is infinite or not a number.
    case notFinite(path: String)
    /// Fewer samples than one analysis frame needs.
    case tooShort(sampleCount: Int, minimum: Int)

    /// A stable name for API clients; it never changes once released.
    public var code: String {
        switch self {
        case .missing: "audio_missing"
        case .isFolder: "audio_is_folder"
        case .unreadable: "audio_unreadable"
        case .empty: "audio_empty"
        case .notWAV: "audio_unsupported_container"
        case .unsupportedEncoding: "audio_unsupported_encoding"
        case .malformedHeader: "audio_malformed_header"
        case .noSamples: "audio_no_samples"
        case .notFinite: "audio_not_finite"
        case .tooShort: "audio_too_short"
        }
    }

    /// Whether the input could not be got at, as opposed to being of the wrong kind.
    package var isAboutAccess: Bool {
        switch self {
        case .missing, .isFolder, .unreadable: true
        default: false
        }
    }

    /// One sentence for what happened, one for what to do.
    public var description: String {
        switch self {
        case .missing(let path):
            "There is no file '\(path)'. Check the name."
        case .isFolder(let path):
            "'\(path)' is a folder. Name the recordings in it."
        case .unreadable(let path, let reason):
            "'\(path)' cannot be read: \(reason). Check its permissions."
        case .empty(let path):
            "'\(path)' is empty. Was the recording saved?"
        case .notWAV(let path, let found):
            "'\(path)' is \(found.map { "a file of type \($0)" } ?? "not a WAV file"). "
                + "Convert it first: ffmpeg -i INPUT -ar 16000 -ac 1 OUTPUT.wav"
        case .unsupportedEncoding(let path, let found):
            "'\(path)' holds \(found) audio, which is not supported. "
                + "Convert it first: ffmpeg -i INPUT -c:a pcm_s16le OUTPUT.wav"
        case .malformedHeader(let path, let reason):
            "'\(path)' has a damaged header: \(reason). Save or export the recording again."
        case .noSamples(let path):
            "'\(path)' has a header and no sound. Was the recording saved?"
        case .notFinite(let path):
            "'\(path)' holds samples that are not numbers. Save or export the recording again."
        case .tooShort(let count, let minimum):
            "The audio has \(count) samples at 16 kHz and needs \(minimum). "
                + "Is the recording empty?"
        }
    }
}
