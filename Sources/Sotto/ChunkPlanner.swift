/// A piece of a recording, for the model to hear at once.
package struct PlannedChunk: Hashable, Sendable {
    /// Samples at 16 kHz from the start of the recording.
    package let range: Range<Int>
    package let samples: [Float]
}

/// Cuts a recording into chunks at its quietest points, while it is still being read.
///
/// A recording of up to 30 s stays whole. A longer one is cut near every 25 s, at the middle of the
/// quietest 100 ms within 5 s on either side, so a chunk is 20 to 30 s long and only the last may be
/// shorter. Chunks follow each other without gap or overlap. What was handed out is forgotten, so
/// memory does not grow with the recording.
///
/// Source: the search of the `qwen-asr` package, with sums in `Double`.
package struct ChunkPlanner: Sendable {
    private let whole: Int
    private let length: Int
    private let search: Int
    /// Samples whose loudness is compared.
    private static let window = 1600

    /// Samples from `start` of the recording on.
    private var held: [Float] = []
    private var start = 0

    /// - Parameters:
    ///   - whole: a recording of up to this many samples is not cut.
    ///   - length: where a cut is looked for, in samples from the cut before.
    ///   - search: how far on either side.
    package init(whole: Int = 480_000, length: Int = 400_000, search: Int = 80_000) {
        precondition(length > 0 && search >= 0)
        self.whole = whole
        self.length = length
        self.search = search
    }

    /// Takes more of the recording.
    package mutating func append(_ samples: [Float]) {
        held += samples
    }

    /// The next chunk, if it is certain.
    ///
    /// - Parameter isAtEnd: whether everything has been appended.
    package mutating func next(isAtEnd: Bool) -> PlannedChunk? {
        let needed = max(start == 0 ? whole : 0, length + search)
        guard isAtEnd || held.count > needed else { return nil }
        guard !held.isEmpty else { return nil }
        let isWhole = start == 0 && held.count <= whole
        let count = isWhole || held.count <= length ? held.count : cut()
        let chunk = PlannedChunk(range: start..<start + count, samples: Array(held[..<count]))
        held.removeFirst(count)
        start += count
        return chunk
    }

    /// Where to cut, in samples from `start`.
    private func cut() -> Int {
        let low = max(0, length - search)
        let high = min(held.count, length + search)
        guard high - low > Self.window else { return length }
        var sum = held[low..<low + Self.window].reduce(0) { $0 + Double(abs($1)) }
        var (best, bestSum) = (low, sum)
        for first in low + 1...high - Self.window {
            sum += Double(abs(held[first + Self.window - 1])) - Double(abs(held[first - 1]))
            if sum < bestSum { (best, bestSum) = (first, sum) }
        }
        let quiet = held[best..<best + Self.window]
        let quietest = quiet.indices.min { abs(held[$0]) < abs(held[$1]) } ?? best
        return max(1, min(quietest, held.count))
    }
}
