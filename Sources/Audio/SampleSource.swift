/// Where samples come from: mono, 16 kHz, in blocks, as they are decoded.
///
/// A WAV reader is one; a decoder process for everything else is another.
package protocol SampleSource: AnyObject {
    /// Samples there should be in all, at 16 kHz, as far as is known by now.
    var expectedSampleCount: Int? { get }
    /// What is wrong with the recording although it could be read. Known at the end.
    var flaws: [RecordingFlaw] { get }
    /// The next samples, around one second of them; `nil` at the end.
    func next() throws(AudioError) -> [Float]?
}

/// What a reader of the text should know about the recording.
package enum RecordingFlaw: Hashable, Sendable {
    /// The input ends before what its header promised.
    case truncated
    /// Pieces could not be decoded and became silence; samples at 16 kHz before the first of them.
    case damaged(count: Int, firstSample: Int)
    /// Another recording follows in the same file and was not read.
    case followed
    /// Somebody wrote to the file while it was read.
    case changed
}

/// Brings samples into -1...1 as the model expects: louder ones are divided by their peak, quieter
/// ones stay as they are.
package func peakLimited(_ samples: [Float]) -> [Float] {
    let peak = samples.reduce(0) { max($0, abs($1)) }
    guard peak > 1 else { return samples }
    return samples.map { max(-1, min(1, $0 / peak)) }
}
