/// What was said in a recording, when, and how it was found out.
public struct Transcription: Hashable, Sendable {
    /// Pieces of text in order of time.
    public var segments: [Segment]
    /// The pieces the recording was cut into for the model.
    public var chunks: [Chunk]
    /// Length of the recording in seconds.
    public var durationSeconds: Double
    /// What made it.
    public var provenance: Provenance
    /// What a reader should know, in sentences; empty when all is well.
    public var warnings: [String]

    /// Joins the parts.
    public init(
        segments: [Segment], chunks: [Chunk], durationSeconds: Double, provenance: Provenance,
        warnings: [String]
    ) {
        self.segments = segments
        self.chunks = chunks
        self.durationSeconds = durationSeconds
        self.provenance = provenance
        self.warnings = warnings
    }

    /// The whole text. Pieces are joined by a space where the script has spaces.
    public var text: String {
        segments.reduce(into: "") { text, segment in
            text += Seam.separator(between: text, and: segment.text) + segment.text
        }
    }

    /// English names in order, neighbours merged: `Chinese,English`. Empty if nothing was said.
    public var language: String {
        mergedLanguages(chunks.map(\.language))
    }

    /// Whether every second of the recording was heard to its end.
    public var isComplete: Bool {
        warnings.isEmpty && chunks.allSatisfy { [.stop, .silence].contains($0.finishReason) }
    }
}

/// Text with its place in the recording.
public struct Segment: Hashable, Sendable {
    /// Seconds from the start of the recording.
    public var startSeconds: Double
    /// Seconds from the start of the recording.
    public var endSeconds: Double
    /// The words, as a person would write them.
    public var text: String
    /// English name; empty where the model found no speech.
    public var language: String
    /// Mean natural logarithm of the token probabilities, at most 0.
    public var meanLogProbability: Double

    /// Joins the parts.
    public init(
        startSeconds: Double, endSeconds: Double, text: String, language: String,
        meanLogProbability: Double
    ) {
        self.startSeconds = startSeconds
        self.endSeconds = endSeconds
        self.text = text
        self.language = language
        self.meanLogProbability = meanLogProbability
    }
}

/// A piece of the recording as the model heard and answered it.
public struct Chunk: Hashable, Sendable {
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
        sampleRange: Range<Int>, tokenIDs: [Int], rawText: String, text: String, language: String,
        finishReason: FinishReason, promptTokenCount: Int, timings: Timings
    ) {
        self.sampleRange = sampleRange
        self.tokenIDs = tokenIDs
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
public struct Timings: Hashable, Sendable {
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

/// What made a transcription.
public struct Provenance: Hashable, Sendable {
    /// Name of the model's folder.
    public var model: String
    /// `cpu`, `cuda:0`.
    public var device: String
    /// Version of Sotto.
    public var version: String
    /// Seconds from the first sample read to the last word.
    public var wallSeconds: Double

    /// Joins the parts.
    public init(model: String, device: String, version: String, wallSeconds: Double) {
        self.model = model
        self.device = device
        self.version = version
        self.wallSeconds = wallSeconds
    }
}
