public import Transcript

/// What a person can choose about a transcription.
public struct TranscriptionOptions: Hashable, Sendable {
    /// The language to expect; `nil` lets the model find it, chunk by chunk.
    public var language: Language?
    /// Names, terms or a topic, as background for the model.
    public var context = ""
    /// Tokens per chunk; `nil` allows 256 and 40 more for every second, which no speech reaches.
    public var tokenLimit: Int?
    /// Does exactly what the official package does, for comparison: very short clips are not
    /// lengthened, token names written in the context are obeyed, long repetitions are scrubbed.
    public var isParity = false

    /// Nothing forced, nothing added.
    public init() {}
}

/// What happens while a recording is transcribed.
public enum TranscriptionEvent: Hashable, Sendable {
    /// Text that is certain, to be appended to what came before.
    case text(String)
    /// Seconds of the recording that are done, and its length as far as it is known.
    case progress(doneSeconds: Double, totalSeconds: Double?)
    /// Always the last event.
    case finished(Transcription)
}
