/// What was said in a recording, when, and how it was found out.
public struct Transcription: Hashable, Sendable {
    /// Pieces of text in order of time.
    public var segments: [Segment]
    /// The pieces the recording was cut into for the model.
    public var chunks: [Chunk]
    /// Length of the recording in seconds.
    public var durationSeconds: Double
    /// Applause, laughter and the like, in order of time.
    public var events: [SoundEvent]
    /// The recording's name, without folders; empty where it has none.
    public var recordingName: String
    /// What made it.
    public var provenance: Provenance
    /// What a reader should know, in sentences; empty when all is well.
    public var warnings: [String]

    /// Joins the parts.
    public init(
        segments: [Segment], chunks: [Chunk], durationSeconds: Double, events: [SoundEvent] = [],
        recordingName: String = "", provenance: Provenance, warnings: [String]
    ) {
        self.segments = segments
        self.chunks = chunks
        self.durationSeconds = durationSeconds
        self.events = events
        self.recordingName = recordingName
        self.provenance = provenance
        self.warnings = warnings
    }

    /// Where the part begins that was asked for, in seconds from the start of the recording; 0 unless a part was.
    public var startSeconds: Double {
        provenance.settings[Provenance.partStart].flatMap(Double.init) ?? 0
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
