/// Why an input could not be turned into 16 kHz mono samples.
///
/// Messages say what happened, to which input, and what to do next. They never hold audio or text.
public enum AudioError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is nothing at the path.
    case missing(path: String)
    case isFolder(path: String)
    /// Nothing was piped in.
    case isTerminal(path: String)
    /// A device, which has no end.
    case isDevice(path: String)
    /// The system refused to read; `reason` is in its words.
    case unreadable(path: String, reason: String)
    /// The input has no bytes.
    case empty(path: String)
    /// The input is not a WAV file; `found` names what it is where that is known.
    case notWAV(path: String, found: String?)
    /// The input is no recording; `found` names what it is where that is known.
    case notMedia(path: String, found: String?)
    /// A film without sound.
    case noSound(path: String)
    /// There is no sound track of that number, from 1; `found` is how many there are.
    case noSuchTrack(path: String, wanted: Int, found: String)
    /// A track that cannot be decoded without a key.
    case encrypted(path: String)
    /// Samples are encoded in a way that is not read here.
    case unsupportedEncoding(path: String, found: String)
    /// A header that contradicts itself or the file.
    case malformedHeader(path: String, reason: String)
    /// A well-formed file without a single sample.
    case noSamples(path: String)
    /// A sample that is infinite or not a number.
    case notFinite(path: String)
    /// Fewer samples than one analysis frame needs.
    case tooShort(sampleCount: Int, minimum: Int)
    /// A part was asked for that begins behind the end of the recording.
    case beyondEnd(path: String, seconds: Double)
    /// More than a week of sound.
    case tooLong(path: String)
    /// The decoder process did not do its work; `reason` says how it ended.
    case decoderFailed(path: String, reason: String)
    /// The decoder was ended by somebody; the system, where memory is short.
    case decoderKilled(path: String)
    /// The decoder program cannot be started, or is none.
    case decoderMissing(path: String, reason: String)
    /// The system does not let the decoder give up its rights, so nothing is decoded.
    case decoderUnconfined(reason: String)
    /// A recording cannot be stored in a folder.
    case notStored(folder: String, reason: String)

    /// A stable name for API clients; it never changes once released.
    public var code: String {
        switch self {
        case .missing: "audio_missing"
        case .isFolder: "audio_is_folder"
        case .isTerminal: "audio_is_terminal"
        case .isDevice: "audio_is_device"
        case .unreadable: "audio_unreadable"
        case .empty: "audio_empty"
        case .notWAV: "audio_unsupported_container"
        case .notMedia: "audio_not_media"
        case .noSound: "audio_no_sound"
        case .noSuchTrack: "audio_no_such_track"
        case .encrypted: "audio_encrypted"
        case .unsupportedEncoding: "audio_unsupported_encoding"
        case .malformedHeader: "audio_malformed_header"
        case .noSamples: "audio_no_samples"
        case .notFinite: "audio_not_finite"
        case .tooShort: "audio_too_short"
        case .beyondEnd: "audio_beyond_end"
        case .tooLong: "audio_too_long"
        case .decoderFailed: "audio_decoder_failed"
        case .decoderKilled: "audio_decoder_killed"
        case .decoderMissing: "audio_decoder_missing"
        case .decoderUnconfined: "audio_decoder_unconfined"
        case .notStored: "audio_not_stored"
        }
    }

    /// Who can mend it.
    package enum Cause { case access, data, request, installation, resources }

    package var cause: Cause {
        switch self {
        case .missing, .isFolder, .isTerminal, .isDevice, .unreadable: .access
        case .noSuchTrack, .beyondEnd: .request
        case .decoderMissing, .decoderUnconfined: .installation
        case .notStored, .decoderKilled: .resources
        default: .data
        }
    }

    /// One sentence for what happened, one for what to do.
    public var description: String {
        switch self {
        case .missing(let path):
            "There is no file '\(path)'. Check the name."
        case .isFolder(let path):
            "'\(path)' is a folder. Name the recordings in it."
        case .isTerminal(let path):
            "The \(path) is a terminal. Send a recording: sotto transcribe - < FILE"
        case .isDevice(let path):
            "'\(path)' is a device. Name a recording, or send its sound through a pipe."
        case .unreadable(let path, let reason):
            "'\(path)' cannot be read: \(reason). Check its permissions."
        case .empty(let path):
            "'\(path)' is empty. Was the recording saved?"
        case .notWAV(let path, let found):
            "'\(path)' is \(found.map { "a file of type \($0)" } ?? "not a WAV file"). "
                + "Convert it first: ffmpeg -i INPUT -ar 16000 -ac 1 OUTPUT.wav"
        case .notMedia(let path, let found):
            "'\(path)' is \(found.map { "a file of type \($0)" } ?? "of an unknown kind"), "
                + "and no recording can be read from it. Name an audio or video file."
        case .noSound(let path):
            "'\(path)' has no sound track. Name a recording with sound."
        case .noSuchTrack(let path, let wanted, let found):
            "'\(path)' has no sound track \(wanted): its tracks are numbered 1 to \(found)."
        case .encrypted(let path):
            "The sound of '\(path)' is encrypted. Save or export it without copy protection."
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
        case .beyondEnd(let path, let seconds):
            "'\(path)' ends after \(seconds) s, before the part that was asked for."
        case .tooLong(let path):
            "'\(path)' holds more than a week of sound. Cut it into parts."
        case .decoderFailed(let path, let reason):
            "'\(path)' cannot be decoded: the decoder \(reason). "
                + "The file is damaged, or made to do harm."
        case .decoderKilled(let path):
            "'\(path)' cannot be decoded to its end: the decoder was killed. "
                + "Try again, with less else running if memory is short."
        case .decoderMissing(let path, let reason):
            "'\(path)' cannot be used as the decoder: \(reason). Build or install Sotto again."
        case .decoderUnconfined(let reason):
            "This system does not let the decoder give up its rights (\(reason)), so it opens "
                + "nothing. Run Sotto on Linux 4.14 or newer, outside of containers that forbid seccomp."
        case .notStored(let folder, let reason):
            "The recording cannot be stored in '\(folder)': \(reason). "
                + "Set TMPDIR to a folder that can be written to and has room."
        }
    }
}
