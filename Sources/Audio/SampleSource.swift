/// Where samples come from: mono, 16 kHz, in blocks, as they are decoded.
///
/// A WAV reader is one; a decoder process for other containers is another.
package protocol SampleSource: AnyObject {
    /// Samples there should be in all, at 16 kHz, as far as the header tells.
    var expectedSampleCount: Int? { get }
    /// Whether the input ended before what its header promised. Known at the end.
    var isTruncated: Bool { get }
    /// The next samples, around one second of them; `nil` at the end.
    func next() throws(AudioError) -> [Float]?
}

/// Brings samples into -1...1 as the model expects: louder ones are divided by their peak, quieter
/// ones stay as they are.
package func peakLimited(_ samples: [Float]) -> [Float] {
    let peak = samples.reduce(0) { max($0, abs($1)) }
    guard peak > 1 else { return samples }
    return samples.map { max(-1, min(1, $0 / peak)) }
}
