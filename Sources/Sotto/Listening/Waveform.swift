/// The smallest and the largest sample of every 10 ms of a recording.
struct Waveform: Sendable {
    /// Samples at 16 kHz that one pair stands for.
    static let step = 160

    /// -127...127
    private(set) var lows: [Int8] = []
    private(set) var highs: [Int8] = []
    /// Of the step that is not full.
    private var low: Int16 = .max
    private var high: Int16 = .min
    private var heldCount = 0

    mutating func append(_ samples: [Int16]) {
        for sample in samples {
            low = min(low, sample)
            high = max(high, sample)
            heldCount += 1
            if heldCount == Self.step { closeStep() }
        }
    }

    /// Takes the last step as it is.
    mutating func finish() {
        if heldCount > 0 { closeStep() }
    }

    private mutating func closeStep() {
        lows.append(Self.scaled(low))
        highs.append(Self.scaled(high))
        (low, high, heldCount) = (.max, .min, 0)
    }

    private static func scaled(_ sample: Int16) -> Int8 {
        let value = Int(sample) * 127
        return Int8(clamping: (value + (value < 0 ? -16383 : 16383)) / 32767)
    }

    /// `count` pairs of the smallest and the largest sample in equal parts of some seconds; (0, 0) where there
    /// is nothing.
    func peaks(seconds: Range<Double>, count: Int) -> [Int8] {
        var peaks = [Int8](repeating: 0, count: 2 * max(0, count))
        let width = (seconds.upperBound - seconds.lowerBound) / Double(max(1, count))
        for index in 0..<max(0, count) {
            // Steps begin at hundredths of a second, which are no binary numbers.
            let start = (seconds.lowerBound + Double(index) * width) * 100 + 1e-6
            let end = (seconds.lowerBound + Double(index + 1) * width) * 100 - 1e-6
            guard start >= 0, start < Double(lows.count) else { continue }
            let first = Int(start)
            let steps = first..<max(first + 1, Int(min(end, Double(lows.count)).rounded(.up)))
            peaks[2 * index] = lows[steps].min() ?? 0
            peaks[2 * index + 1] = highs[steps].max() ?? 0
        }
        return peaks
    }
}
