import Audio
import Compute
import Qwen3ASR

/// Why a recording could not be transcribed, in words for the person who asked.
///
/// The description says what happened, to which input, and what to do next. It holds no audio and
/// no text of a recording.
public struct SottoError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Who can mend it.
    public enum Kind: Hashable, Sendable {
        /// The input is not there or may not be read.
        case input
        /// The input is there and is not what it should be.
        case data
        /// The model is missing, incomplete or of another kind.
        case model
        /// A part of Sotto is missing, or the system lacks what it needs.
        case installation
        /// The request itself cannot be met.
        case request
        /// The machine ran out of something.
        case resources
        /// What must be kept cannot be written.
        case output
        /// A bug of ours.
        case unexpected
    }

    /// Who can mend it.
    public let kind: Kind
    /// A stable name for API clients; it never changes once released.
    public let code: String
    /// What happened, to which input, and what to do next.
    public let description: String

    /// Wraps what the lower layers throw.
    package init(_ error: any Error) {
        switch error {
        case let error as SottoError:
            self = error
        case let error as AudioError:
            self.init(Kind(error.cause), error.code, error.description)
        case let error as SpeechDetectorError:
            self.init(.installation, "speech_detector_damaged", error.description)
        case let error as WeightFileError:
            self.init(.installation, error.code, error.description)
        case let error as ComputeError:
            self.init(.resources, error.code, error.description)
        case let error as CheckpointError:
            self.init(.model, error.code, error.description)
        case let error as TokenizerError:
            self.init(.model, error.code, error.description)
        case GenerationError.device(let code, let reason):
            self.init(.resources, code, reason)
        case GenerationError.damagedWeights:
            let error = GenerationError.damagedWeights
            self.init(.model, error.code, error.description)
        case let error as GenerationError:
            self.init(.request, error.code, error.description)
        default:
            self.init(unexpected: error)
        }
    }

    /// A failure that nobody foresaw.
    public init(unexpected error: any Error) {
        self.init(.unexpected, "unexpected", "Something unexpected failed: \(error).")
    }

    init(_ kind: Kind, _ code: String, _ description: String) {
        self.kind = kind
        self.code = code
        self.description = description
    }
}

extension SottoError.Kind {
    fileprivate init(_ cause: AudioError.Cause) {
        self =
            switch cause {
            case .access: .input
            case .data: .data
            case .request: .request
            case .installation: .installation
            case .resources: .resources
            }
    }
}
