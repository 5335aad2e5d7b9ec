import DecodeProtocol
import Synchronization
public import Transcript

/// What a person can choose about a transcription.
public struct TranscriptionOptions: Hashable, Sendable {
    /// The language to expect; `nil` lets the model find it, chunk by chunk.
    public var language: Language?
    /// Names, terms or a topic, as background for the model.
    public var context = ""
    /// Tokens per chunk; `nil` allows 256 and 40 more for every second, which no speech reaches.
    public var tokenLimit: Int?
    /// Which sound track of a film to read, from 1; `nil` takes the one it marks as the default.
    public var track: Int?
    /// Removes what lies below 80 Hz before the model hears it: rumble, wind, hum. Like the two that
    /// follow, off unless asked for: the model was trained on sound as it is.
    public var removesRumble = false
    /// Reduces steady noise before the model hears it.
    public var reducesNoise = false
    /// Brings speech to one loudness (EBU R 128, -16 LUFS) before the model hears it.
    public var levelsLoudness = false
    /// How the text is made easier to read; what the model wrote is kept beside it.
    public var polish = PolishOptions()
    /// Does exactly what the official package does, for comparison: very short clips are not
    /// lengthened, token names written in the context are obeyed, long repetitions are scrubbed,
    /// and the text is not polished.
    public var isParity = false

    /// Nothing forced, nothing added.
    public init() {}
}

/// Ends transcriptions early, with what was understood until then.
public final class StopSwitch: Sendable {
    private struct State {
        var isStopped = false
        var actions: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())

    /// Not thrown yet.
    public init() {}

    /// Ends every transcription that was given this switch, with the next slice of the model's work.
    public func stop() {
        let actions = state.withLock { state in
            defer { state = State(isStopped: true) }
            return state.actions
        }
        for action in actions { action() }
    }

    /// Whether ``stop()`` was called.
    public var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Calls `action` when the switch is thrown, at once if it was.
    public func whenStopped(_ action: @escaping @Sendable () -> Void) {
        let isStopped = state.withLock { state in
            if !state.isStopped { state.actions.append(action) }
            return state.isStopped
        }
        if isStopped { action() }
    }
}

extension TranscriptionOptions {
    /// What they change about the text, by name, for provenance.
    func settings(listensForSpeech: Bool) -> [String: String] {
        var settings: [String: String] = [:]
        if let language { settings["language"] = language.name }
        if !context.isEmpty { settings["context"] = context }
        if let tokenLimit { settings["token_limit"] = "\(tokenLimit)" }
        if let track { settings["track"] = "\(track)" }
        let filters = request.filters.map(\.rawValue)
        if !filters.isEmpty { settings["filters"] = filters.joined(separator: ",") }
        if isParity { settings["parity"] = "true" }
        if !listensForSpeech { settings["speech_detector"] = "none" }
        return settings
    }

    /// What they ask of the decoder.
    var request: DecodeRequest {
        var filters: [SoundFilter] = []
        if removesRumble { filters.append(.highpass) }
        if reducesNoise { filters.append(.denoise) }
        if levelsLoudness { filters.append(.loudness) }
        return DecodeRequest(track: track, filters: filters)
    }
}

/// What happens while a recording is transcribed.
public enum TranscriptionEvent: Hashable, Sendable {
    /// Text that is certain, to be appended to what came before; it may begin a paragraph or name a speaker.
    /// All of it together is what ``Format/txt`` renders, without the last line break.
    case text(String)
    /// What is heard at present after that, whole; the next event of this kind or of the one above
    /// takes its place.
    case partial(String)
    /// A segment as it stands now; a later event with the same index takes its place (a mark may be added to
    /// its end).
    case segment(index: Int, Segment)
    /// Seconds of the recording that are done, and its length as far as it is known.
    case progress(doneSeconds: Double, totalSeconds: Double?)
    /// Something to know that takes nothing from the text: a rule of the polish could not be applied.
    case remark(String)
    /// Always the last event.
    case finished(Transcription)
}
