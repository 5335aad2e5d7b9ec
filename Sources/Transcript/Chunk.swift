/// A piece of the recording as the model heard and answered it.
public struct Chunk: Hashable, Sendable, Codable {
    /// Why the model's answer ended.
    public enum FinishReason: String, Hashable, Sendable, Codable {
        /// The model said so.
        case stop
        /// There was nothing to hear, and the model was not asked.
        case silence
        /// The token limit was reached: the text may be incomplete.
        case length
        /// The model went round in a circle; the text ends where that began.
        case loop
        /// Speech was heard, and the model gave no text for it.
        case silent
    }

    /// Samples at 16 kHz from the start of the recording.
    public var sampleRange: Range<Int>
    /// Generated token ids, the end token included.
    public var tokenIDs: [Int]
    /// Natural logarithm of each token's probability, at most 0.
    public var tokenLogProbabilities: [Float]
    /// The model's answer word for word, `language …<asr_text>` included.
    public var rawText: String
    /// The answer's text alone.
    public var text: String
    /// English name; empty where the model found no speech.
    public var language: String
    /// Why the answer ended.
    public var finishReason: FinishReason
    /// Tokens the model was given, one for each audio embedding included.
    public var promptTokenCount: Int
    /// What the chunk cost.
    public var timings: Timings

    /// Joins the parts.
    public init(
        sampleRange: Range<Int>, tokenIDs: [Int], tokenLogProbabilities: [Float], rawText: String,
        text: String, language: String, finishReason: FinishReason, promptTokenCount: Int,
        timings: Timings
    ) {
        self.sampleRange = sampleRange
        self.tokenIDs = tokenIDs
        self.tokenLogProbabilities = tokenLogProbabilities
        self.rawText = rawText
        self.text = text
        self.language = language
        self.finishReason = finishReason
        self.promptTokenCount = promptTokenCount
        self.timings = timings
    }

    /// Where the chunk begins, in seconds.
    public var startSeconds: Double { Double(sampleRange.lowerBound) / 16000 }
    /// Where the chunk ends, in seconds.
    public var endSeconds: Double { Double(sampleRange.upperBound) / 16000 }
}

/// Seconds of work, by stage.
public struct Timings: Hashable, Sendable, Codable {
    /// Log-mel.
    public var melSeconds: Double
    /// The encoder's convolutions.
    public var convolutionSeconds: Double
    /// The encoder's attention layers.
    public var encoderSeconds: Double
    /// The prompt's pass through the decoder, first token included.
    public var prefillSeconds: Double
    /// All later tokens.
    public var decodeSeconds: Double

    /// Joins the parts.
    public init(
        melSeconds: Double = 0, convolutionSeconds: Double = 0, encoderSeconds: Double = 0,
        prefillSeconds: Double = 0, decodeSeconds: Double = 0
    ) {
        self.melSeconds = melSeconds
        self.convolutionSeconds = convolutionSeconds
        self.encoderSeconds = encoderSeconds
        self.prefillSeconds = prefillSeconds
        self.decodeSeconds = decodeSeconds
    }

    /// Stage by stage.
    public static func + (left: Timings, right: Timings) -> Timings {
        Timings(
            melSeconds: left.melSeconds + right.melSeconds,
            convolutionSeconds: left.convolutionSeconds + right.convolutionSeconds,
            encoderSeconds: left.encoderSeconds + right.encoderSeconds,
            prefillSeconds: left.prefillSeconds + right.prefillSeconds,
            decodeSeconds: left.decodeSeconds + right.decodeSeconds)
    }
}
