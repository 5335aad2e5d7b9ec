import Audio

/// Which seconds of a recording are heard.
struct RecordingPart: Hashable, Sendable {
    /// Samples at 16 kHz from the start of the recording. It begins with a frame of the speech detector, up
    /// to 32 ms before what was asked for, so that frames lie where they lie in the whole recording.
    let range: Range<Int>

    init(seconds: Range<Double>) {
        let frame = SpeechDetector.frameSampleCount
        let start = Self.sample(seconds.lowerBound)
        range = start / frame * frame..<max(start, Self.sample(seconds.upperBound))
    }

    /// A week is the longest recording there is.
    private static func sample(_ seconds: Double) -> Int {
        Int(min(max(0, seconds), 7 * 24 * 3600) * 16000)
    }
}

/// A part of a recording as a source of samples: what lies before it is decoded and dropped, what lies
/// behind is not decoded.
final class PartialSource: SampleSource {
    private let source: any SampleSource
    private let range: Range<Int>
    private let name: String
    private var position = 0

    init(_ source: any SampleSource, _ part: RecordingPart, name: String) {
        self.source = source
        range = part.range
        self.name = name
    }

    /// Of the part alone.
    var expectedSampleCount: Int? {
        source.expectedSampleCount.map { max(0, min($0, range.upperBound) - range.lowerBound) }
    }

    /// Those of the whole recording, as far as it was read.
    var flaws: [RecordingFlaw] { source.flaws }

    func next() throws(AudioError) -> [Float]? {
        while position < range.upperBound {
            guard let samples = try source.next() else { break }
            let block = position..<position + samples.count
            position = block.upperBound
            let part = block.clamped(to: range)
            guard !part.isEmpty else { continue }
            return Array(
                samples[part.lowerBound - block.lowerBound..<part.upperBound - block.lowerBound])
        }
        guard position > range.lowerBound else {
            throw .beyondEnd(path: name, seconds: Double(position) / 16000)
        }
        return nil
    }
}
