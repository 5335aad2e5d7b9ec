import Audio

/// A piece of a recording, for the model to hear at once.
package struct PlannedChunk: Hashable, Sendable {
    /// Samples at 16 kHz from the start of the recording.
    package let range: Range<Int>
    package let samples: [Float]
    /// Probability of speech in each frame of 512 samples of the recording that the chunk has a part of;
    /// `nil` where nobody listened for it.
    package var speech: [Float]?
    /// Whether the next chunk begins before this one ends, because there is no pause to cut in.
    package var isContinued = false
    /// Whether there is neither speech nor anything else that could be heard.
    package var isSilent = false

    fileprivate static let frame = SpeechDetector.frameSampleCount
    /// From where on a frame may be speech, and from where on it must not be missing from the text.
    fileprivate static let (possible, certain) = (Float(0.3), Float(0.8))

    /// Seconds in which speech is certain; `nil` where nobody listened for it.
    package var speechSeconds: Double? {
        speech.map { Double($0.count { $0 > Self.certain } * Self.frame) / 16000 }
    }

    /// From the first to the last sound that may be speech, in samples from the start of the recording;
    /// the whole chunk where there is none, or nobody listened for it.
    package var speechRange: Range<Int> {
        guard let speech, let first = speech.firstIndex(where: { $0 >= Self.possible }),
            let last = speech.lastIndex(where: { $0 >= Self.possible })
        else { return range }
        let start = range.lowerBound / Self.frame
        let found = ((start + first) * Self.frame..<(start + last + 1) * Self.frame)
            .clamped(to: range)
        return found.isEmpty ? range : found
    }

    /// When somebody may be speaking, in seconds from the start of the recording; pauses shorter than a fifth
    /// of a second are none.
    package var speechSpans: [Range<Double>] {
        var spans: [Range<Int>] = []
        for (index, probability) in (speech ?? []).enumerated()
        where probability >= Self.possible {
            let start = (range.lowerBound / Self.frame + index) * Self.frame
            let frame = (start..<start + Self.frame).clamped(to: range)
            if let last = spans.last, frame.lowerBound - last.upperBound < 3200 {
                spans[spans.count - 1] = last.lowerBound..<frame.upperBound
            } else {
                spans.append(frame)
            }
        }
        return spans.map { Double($0.lowerBound) / 16000..<Double($0.upperBound) / 16000 }
    }

    /// A part of the chunk.
    func part(_ part: Range<Int>) -> PlannedChunk {
        let start = range.lowerBound / Self.frame
        let frames =
            part.lowerBound / Self.frame - start..<(part.upperBound - 1) / Self.frame + 1 - start
        let offsets = part.lowerBound - range.lowerBound..<part.upperBound - range.lowerBound
        return PlannedChunk(
            range: part, samples: Array(samples[offsets]),
            speech: speech.map { Array($0[frames.clamped(to: $0.indices)]) })
    }

    /// The chunk, a number of samples later; whole frames.
    func moved(by count: Int) -> PlannedChunk {
        guard count > 0 else { return self }
        return PlannedChunk(
            range: range.lowerBound + count..<range.upperBound + count, samples: samples,
            speech: speech, isContinued: isContinued, isSilent: isSilent)
    }

    /// The chunk and one that begins where it ends.
    func followed(by next: PlannedChunk) -> PlannedChunk {
        // A frame that both have a part of is the next one's.
        let sharedCount = range.upperBound % Self.frame == 0 ? 0 : 1
        return PlannedChunk(
            range: range.lowerBound..<next.range.upperBound, samples: samples + next.samples,
            speech: speech.map { $0.dropLast(sharedCount) + (next.speech ?? []) })
    }
}

/// Cuts a recording into chunks in its pauses, while it is still being read.
///
/// A recording of up to 30 s stays whole. A longer one is cut near every 25 s, within 5 s on either
/// side, so a chunk is 20 to 30 s long and only the last may be shorter. With a speech detector the cut
/// lies in the longest pause; where there is none, the chunk is 30 s long and the next one begins 5 s
/// before its end, so that every word is whole in one of them. Without a detector the cut lies in the
/// quietest 100 ms. Otherwise chunks follow each other without gap or overlap. What was handed out is
/// forgotten, so memory does not grow with the recording.
///
/// Source of the search for the quietest place: the `qwen-asr` package, with sums in `Double`.
package struct ChunkPlanner: Sendable {
    private let whole: Int
    private let length: Int
    private let search: Int
    /// Samples whose loudness is compared.
    private static let window = 1600

    /// Samples from `start` of the recording on.
    private var held: [Float] = []
    private var start = 0
    /// Probability of speech in each frame from `firstFrame` on; `nil` where nobody listens for it.
    private var speech: [Float]?
    private var firstFrame = 0

    private static let frame = PlannedChunk.frame
    /// Frames that a pause takes at least, 0.2 s, and how probable speech may be in them.
    private static let (pauseFrames, pauseLimit) = (6, PlannedChunk.possible)
    /// In music and noise the detector is never sure that nobody speaks: there a second will do in which it
    /// is not sure that somebody does.
    private static let (lullFrames, lullLimit) = (31, Float(0.7))

    /// - Parameters:
    ///   - whole: a recording of up to this many samples is not cut.
    ///   - length: where a cut is looked for, in samples from the cut before.
    ///   - search: how far on either side.
    ///   - listensForSpeech: whether probabilities come with the samples.
    package init(
        whole: Int = 480_000, length: Int = 400_000, search: Int = 80_000,
        listensForSpeech: Bool = false
    ) {
        precondition(length > 0 && search >= 0)
        self.whole = whole
        self.length = length
        self.search = search
        speech = listensForSpeech ? [] : nil
    }

    /// Takes more of the recording.
    ///
    /// - Parameter speech: the probabilities of frames of 512 samples that became certain.
    package mutating func append(_ samples: [Float], speech: [Float] = []) {
        held += samples
        self.speech?.append(contentsOf: speech)
    }

    /// The next chunk, if it is certain.
    ///
    /// - Parameter isAtEnd: whether everything has been appended.
    package mutating func next(isAtEnd: Bool) -> PlannedChunk? {
        let needed = max(start == 0 ? whole : 0, length + search)
        guard isAtEnd || held.count > needed else { return nil }
        if let speech, !isAtEnd, (firstFrame + speech.count) * Self.frame < start + length + search
        {
            return nil
        }
        guard !held.isEmpty else { return nil }
        let isWhole = held.count <= (speech != nil ? length + search : start == 0 ? whole : 0)
        let cut = isWhole || held.count <= length ? held.count : cut()
        let count = cut ?? length + search
        let chunk = PlannedChunk(
            range: start..<start + count, samples: Array(held[..<count]),
            speech: speech.map { Array($0[..<frameCount(for: count)]) }, isContinued: cut == nil,
            isSilent: isSilent(count))
        let step = cut ?? length
        held.removeFirst(step)
        start += step
        let done = min(start / Self.frame - firstFrame, speech?.count ?? 0)
        speech?.removeFirst(done)
        firstFrame += done
        return chunk
    }

    /// Frames that lie in the next `count` samples, in part at least, as far as they are known.
    private func frameCount(for count: Int) -> Int {
        let end = (start + count + Self.frame - 1) / Self.frame - firstFrame
        return max(0, min(end, speech?.count ?? 0))
    }

    /// Whether in the next `count` samples speech is improbable throughout, and no tenth of a second
    /// is louder than -60 dB below full scale. What the detector doubts, music too, is no silence.
    private func isSilent(_ count: Int) -> Bool {
        guard let speech else { return false }
        guard speech[..<frameCount(for: count)].allSatisfy({ $0 < Self.pauseLimit }) else {
            return false
        }
        return stride(from: 0, to: count, by: Self.window).allSatisfy { first in
            let part = held[first..<min(first + Self.window, count)]
            return part.reduce(0) { $0 + $1 * $1 } <= 1e-6 * Float(part.count)
        }
    }

    /// Where to cut, in samples from `start`; `nil` if there is no pause.
    private func cut() -> Int? {
        let low = max(0, length - search)
        let high = min(held.count, length + search)
        guard high - low > Self.window else { return length }
        let pause =
            pause(in: low..<high, of: Self.pauseFrames, below: Self.pauseLimit)
            ?? pause(in: low..<high, of: Self.lullFrames, below: Self.lullLimit)
        if pause == nil && speech != nil { return nil }
        // At the edges of a pause a word may still fade out.
        let inner = pause.map { $0.lowerBound + $0.count / 6..<$0.upperBound - $0.count / 6 }
        return max(1, Self.quietestPlace(in: held, inner ?? low..<high))
    }

    /// The longest pause within a range of samples; `nil` if there is none of so many frames, or nobody
    /// listens.
    private func pause(in range: Range<Int>, of count: Int, below limit: Float) -> Range<Int>? {
        guard let speech else { return nil }
        let first = (start + range.lowerBound + Self.frame - 1) / Self.frame - firstFrame
        let end = min((start + range.upperBound) / Self.frame - firstFrame, speech.count)
        var (longest, run) = (0..<0, 0)
        for place in first..<max(first, end) {
            run = speech[place] < limit ? run + 1 : 0
            if run > longest.count { longest = place + 1 - run..<place + 1 }
        }
        guard longest.count >= count else { return nil }
        let begin = (firstFrame + longest.lowerBound) * Self.frame - start
        return begin..<begin + longest.count * Self.frame
    }

    /// The quietest sample of the quietest 100 ms within a range of samples.
    static func quietestPlace(in samples: [Float], _ range: Range<Int>) -> Int {
        let (low, high) = (range.lowerBound, range.upperBound)
        guard high - low > window else { return (low + high) / 2 }
        var sum = samples[low..<low + window].reduce(0) { $0 + Double(abs($1)) }
        var (best, bestSum) = (low, sum)
        for first in low + 1...high - window {
            sum += Double(abs(samples[first + window - 1])) - Double(abs(samples[first - 1]))
            if sum < bestSum { (best, bestSum) = (first, sum) }
        }
        let quiet = samples[best..<best + window]
        return quiet.indices.min { abs(samples[$0]) < abs(samples[$1]) } ?? best
    }
}
