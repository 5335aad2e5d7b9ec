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
    /// Who speaks, where somebody said or found out.
    public var speaker: String?
    /// Mean natural logarithm of the token probabilities, at most 0.
    public var meanLogProbability: Double
    /// Words that the model was not sure of, in order.
    public var doubtfulWords: [DoubtfulWord]
    /// Whether a reader should listen to the whole of it again.
    public var isDoubtful: Bool

    /// Joins the parts.
    public init(
        startSeconds: Double, endSeconds: Double, text: String, language: String,
        speaker: String? = nil, meanLogProbability: Double, doubtfulWords: [DoubtfulWord] = [],
        isDoubtful: Bool = false
    ) {
        self.startSeconds = startSeconds
        self.endSeconds = endSeconds
        self.text = text
        self.language = language
        self.speaker = speaker
        self.meanLogProbability = meanLogProbability
        self.doubtfulWords = doubtfulWords
        self.isDoubtful = isDoubtful
    }
}

/// A word that may be wrong.
public struct DoubtfulWord: Hashable, Sendable {
    /// Its Unicode scalars in the segment's text.
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
