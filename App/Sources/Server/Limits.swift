/// What the server takes, so that nobody can take all of it.
public struct Limits: Hashable, Sendable {
    /// Bytes of one recording.
    public var uploadBytes = 8 << 30
    /// Seconds of one recording.
    public var durationSeconds = 24.0 * 3600
    /// Uploads that may go on at a time.
    public var uploads = 64
    /// Recordings of one sitting.
    public var jobsPerSitting = 200
    /// Recordings of all sittings.
    public var jobs = 1000
    /// Connections at a time; more wait until one is closed.
    public var connections = 512
    /// Recordings that are worked on at a time.
    public var running = 4
    /// How long a recording stays after its page has gone; `nil` keeps it until the server ends.
    public var keep: Duration? = .seconds(1800)
    /// How long answers that are under way may still take when the server is told to end.
    public var grace = Duration.seconds(6)
    /// Bytes of a request that is not a recording.
    public var documentBytes = 4 << 20

    /// What suits one machine and a few people.
    public init() {}
}
