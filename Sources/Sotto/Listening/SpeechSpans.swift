import Audio

/// When somebody speaks, from probabilities as they come.
struct SpeechSpans: Sendable {
    private var frameCount = 0
    private var spans: [Range<Int>] = []

    private static let frame = SpeechDetector.frameSampleCount
    /// From where on a frame counts, and samples of a pause that is none.
    private static let (likely, shortPause) = (Float(0.5), 4800)

    /// Takes the probabilities of the frames that follow.
    mutating func append(_ probabilities: [Float]) {
        for probability in probabilities {
            let frame = frameCount * Self.frame..<(frameCount + 1) * Self.frame
            frameCount += 1
            guard probability >= Self.likely else { continue }
            if let last = spans.last, frame.lowerBound - last.upperBound < Self.shortPause {
                spans[spans.count - 1] = last.lowerBound..<frame.upperBound
            } else {
                spans.append(frame)
            }
        }
    }

    /// In seconds, up to the end of the recording.
    func seconds(upTo sampleCount: Int) -> [Range<Double>] {
        spans.map { $0.clamped(to: 0..<sampleCount) }.filter { !$0.isEmpty }.map {
            Double($0.lowerBound) / 16000..<Double($0.upperBound) / 16000
        }
    }
}
