/// Text with its place in the recording.
public struct Segment: Hashable, Sendable {
    /// Seconds from the start of the recording.
    public var startSeconds: Double
    /// Seconds from the start of the recording.
    public var endSeconds: Double
    /// The words, as the model wrote them.
    public var rawText: String
    /// What was changed about them to make them easier to read, in order.
    public var changes: [TextChange]
    /// When somebody speaks, in seconds from the start of the recording, in order; empty where nobody
    /// listened for it.
    public var speech: [Range<Double>]
    /// English name; empty where the model found no speech.
    public var language: String
    /// Who speaks, where somebody said or found out.
    public var speaker: String?
    /// Whether a paragraph begins here, where a person decided; else the pauses, speakers and lengths do.
    public var opensParagraph: Bool?
    /// Mean natural logarithm of the token probabilities, at most 0.
    public var meanLogProbability: Double
    /// Words of the raw text that the model was not sure of, in order.
    public var doubtfulWords: [DoubtfulWord]
    /// Whether a reader should listen to the whole of it again.
    public var isDoubtful: Bool

    /// Joins the parts.
    ///
    /// - Parameter text: as the model wrote it.
    public init(
        startSeconds: Double, endSeconds: Double, text: String, language: String,
        speaker: String? = nil, meanLogProbability: Double, doubtfulWords: [DoubtfulWord] = [],
        isDoubtful: Bool = false, speech: [Range<Double>] = [], changes: [TextChange] = []
    ) {
        self.startSeconds = startSeconds
        self.endSeconds = endSeconds
        self.rawText = text
        self.changes = changes
        self.speech = speech
        self.language = language
        self.speaker = speaker
        self.meanLogProbability = meanLogProbability
        self.doubtfulWords = doubtfulWords
        self.isDoubtful = isDoubtful
    }

    /// The words, as a person would write them.
    public var text: String { changes.applied(to: rawText) }

    /// Where ``text`` has words that may be wrong, as its Unicode scalars, in order.
    public var doubtfulRanges: [Range<Int>] {
        changes.textRanges(of: doubtfulWords.map(\.range))
    }
}

/// A word that may be wrong.
public struct DoubtfulWord: Hashable, Sendable {
    /// Its Unicode scalars in the segment's raw text.
    public var range: Range<Int>
    /// Natural logarithm of its probability, at most 0.
    public var logProbability: Double

    /// Joins the parts.
    public init(range: Range<Int>, logProbability: Double) {
        self.range = range
        self.logProbability = logProbability
    }
}

/// Something to be heard that is not speech.
public struct SoundEvent: Hashable, Sendable {
    /// Seconds from the start of the recording.
    public var startSeconds: Double
    /// Seconds from the start of the recording.
    public var endSeconds: Double
    /// What it is: `applause`, `laughter`, `music`.
    public var name: String

    /// Joins the parts.
    public init(startSeconds: Double, endSeconds: Double, name: String) {
        self.startSeconds = startSeconds
        self.endSeconds = endSeconds
        self.name = name
    }
}
