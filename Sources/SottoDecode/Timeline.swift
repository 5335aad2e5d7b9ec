/// Where the sound is on the recording's own clock, so that times in the text are those of a player.
///
/// Sound that starts after the picture, pauses of a recorder and packets that were lost leave gaps;
/// they become silence. A clock that jumps without reason is not believed.
struct Timeline {
    /// Seconds of sound so far, silence included.
    private(set) var position = 0.0
    /// The clock at position 0; `nil` before the first frame.
    private var origin: Double?
    private var silentSeconds = 0.0
    private var gapCount = 0
    /// Frames since the last gap, believed or not.
    private var frameCount = 0
    /// Seconds that the header claims.
    private let claimedSeconds: Double?

    /// Shorter ones come from clocks that are rounded.
    private static let shortestGap = 0.05
    /// A longer gap is believed only if it ends within the claimed duration, and before the first
    /// frame or after some without one: else the clock runs in another unit than it says.
    static let longestGap = 60.0
    private static let fewestFrames = 8
    /// Codecs that send nothing in pauses leave 19 parts of 20 out, and none leaves more again and
    /// again.
    private static let (mostSilence, fewestGaps) = (30.0, 4)

    /// - Parameter start: seconds on the clock at which the recording starts; `nil` where that is the
    ///   first frame.
    init(start: Double?, claimedSeconds: Double?) {
        origin = start
        self.claimedSeconds = claimedSeconds
    }

    /// Takes a frame and says how many seconds of silence come before it.
    ///
    /// - Parameter clock: seconds at which it starts; `nil` where the container does not say.
    mutating func place(frameAt clock: Double?, lasting seconds: Double) -> Double {
        var silence = 0.0
        if let clock {
            let gap = clock - (origin ?? clock) - position
            let isGap = gap > Self.shortestGap
            if isGap && isPlausible(gap) {
                silence = gap
                silentSeconds += gap
                gapCount += 1
            } else if origin == nil || abs(gap) > Self.shortestGap {
                origin = clock - position
            }
            if isGap { frameCount = 0 }
        }
        position += silence + seconds
        frameCount += 1
        return silence
    }

    private func isPlausible(_ gap: Double) -> Bool {
        let sound = position - silentSeconds
        if gapCount >= Self.fewestGaps && silentSeconds > Self.mostSilence * sound { return false }
        if gap <= Self.longestGap { return true }
        guard position == 0 || frameCount >= Self.fewestFrames, let claimedSeconds else {
            return false
        }
        return position + gap <= claimedSeconds + 1
    }
}
