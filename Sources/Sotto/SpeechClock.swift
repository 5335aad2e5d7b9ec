import Audio

/// Tells about when something in a chunk's text is said: speech runs at an even pace where somebody speaks,
/// and not at all in pauses.
package struct SpeechClock: Hashable, Sendable {
    private let startSeconds, endSeconds: Double
    /// Speech up to the end of each frame, as a part of all; empty where nobody listened for it.
    private let shares: [Double]

    /// A clock that knows no pauses.
    package init(startSeconds: Double, endSeconds: Double) {
        self.startSeconds = startSeconds
        self.endSeconds = endSeconds
        shares = []
    }

    /// - Parameters:
    ///   - range: samples from the start of the recording.
    ///   - speech: probability of speech in each frame that begins in the range, or is begun by it.
    package init(range: Range<Int>, speech: [Float]) {
        startSeconds = Double(range.lowerBound) / 16000
        endSeconds = Double(range.upperBound) / 16000
        // In music a pause may be half as probable as speech, and must weigh little nevertheless.
        var sum = 0.0
        let sums = speech.map { probability in
            let square = Double(probability * probability)
            sum += square * square
            return sum
        }
        shares = sum > 0 ? sums.map { $0 / sum } : []
    }

    /// About when a part of the text has been said, in seconds from the start of the recording.
    ///
    /// - Parameter share: 0 to 1.
    package func seconds(at share: Double) -> Double {
        guard !shares.isEmpty else { return startSeconds + share * (endSeconds - startSeconds) }
        let frame = shares.firstIndex { $0 >= share } ?? shares.count - 1
        let before = frame > 0 ? shares[frame - 1] : 0
        let part = (share - before) / max(shares[frame] - before, .leastNormalMagnitude)
        let place = (Double(frame) + min(1, part)) / Double(shares.count)
        return startSeconds + place * (endSeconds - startSeconds)
    }
}
