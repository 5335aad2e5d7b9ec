/// What made a transcription.
public struct Provenance: Hashable, Sendable {
    /// Name of the model's folder.
    public var model: String
    /// SHA-256 of the model's settings and of samples of its weights, in hexadecimal; empty where nobody
    /// asked for it.
    public var modelFingerprint: String
    /// What was chosen about the work, by name; what is not here was left as it is.
    public var settings: [String: String]
    /// `cpu`, `cuda:0`.
    public var device: String
    /// Version of Sotto.
    public var version: String
    /// Seconds from the first sample read to the last word.
    public var wallSeconds: Double

    /// The setting that says where the part begins that was asked for, in seconds.
    package static let partStart = "part_start_seconds"

    /// Joins the parts.
    public init(
        model: String, modelFingerprint: String = "", settings: [String: String] = [:],
        device: String, version: String, wallSeconds: Double
    ) {
        self.model = model
        self.modelFingerprint = modelFingerprint
        self.settings = settings
        self.device = device
        self.version = version
        self.wallSeconds = wallSeconds
    }
}
