import Qwen3ASR
import Transcript

/// A chunk's answer on its way to a segment: where it meets the next one, only a part of it counts.
struct HeardPiece {
    let chunk: Chunk
    /// Where speech begins and ends, in seconds from the start of the recording.
    private var startSeconds, endSeconds: Double
    private let clock: SpeechClock
    /// When somebody speaks.
    private let speech: [Range<Double>]
    /// The text's tokens, without header and end, and those of them that count.
    private let tokens: [Token]
    private var kept: Range<Int>
    private let makeTextDecoder: () -> StreamingDecoder

    private struct Token {
        let id: Int32
        let logProbability: Double
    }

    /// - Parameters:
    ///   - planned: the piece of the recording that the chunk is, or is a part of.
    ///   - hasHeader: whether the answer begins with its language.
    init(
        _ chunk: Chunk, of planned: PlannedChunk, hasHeader: Bool,
        makeTextDecoder: @escaping () -> StreamingDecoder
    ) {
        self.chunk = chunk
        self.makeTextDecoder = makeTextDecoder
        let sound = planned.part(chunk.sampleRange)
        let heard = sound.speechRange
        clock = SpeechClock(range: chunk.sampleRange, speech: sound.speech ?? [])
        speech = sound.speechSpans
        startSeconds = Double(heard.lowerBound) / 16000
        endSeconds = Double(heard.upperBound) / 16000
        let all = zip(chunk.tokenIDs, chunk.tokenLogProbabilities).map {
            Token(id: Int32($0), logProbability: Double($1))
        }
        let first = hasHeader ? Self.headerCount(all, makeTextDecoder()) : 0
        var last = chunk.finishReason == .loop ? Self.loopStart(all) : all.count
        if last > first, makeTextDecoder().text(of: [all[last - 1].id]).isEmpty {
            last -= 1
        }
        tokens = Array(all[min(first, last)..<last])
        kept = tokens.indices
    }

    /// Tokens before the text; 0 if there is no header.
    private static func headerCount(_ tokens: [Token], _ decoder: StreamingDecoder) -> Int {
        var (decoder, raw) = (decoder, "")
        let mark = tokens.firstIndex { token in
            raw += decoder.append(token.id)
            return raw.contains(OutputParser.mark)
        }
        return mark.map { $0 + 1 } ?? 0
    }

    private static func loopStart(_ tokens: [Token]) -> Int {
        var loopGuard = LoopGuard()
        for token in tokens {
            if let start = loopGuard.append(token.id) { return start }
        }
        return tokens.count
    }

    /// Whether the model gave no text.
    var isEmpty: Bool { tokens.isEmpty }

    /// Whether it has a whole answer about all that `other` is about.
    func covers(_ other: HeardPiece) -> Bool {
        chunk.finishReason == .stop
            && other.chunk.sampleRange.clamped(to: chunk.sampleRange) == other.chunk.sampleRange
    }

    /// What the piece is in the transcript; `nil` where nothing was said.
    var segment: Segment? {
        let isWhole = kept == tokens.indices
        let raw = makeTextDecoder().text(of: tokens[kept].map(\.id))
        let text = isWhole ? chunk.text : raw.strippingWhitespace()
        guard !text.isEmpty else { return nil }
        let sum = tokens[kept].reduce(0) { $0 + $1.logProbability }
        let mean = sum / Double(max(1, kept.count))
        // Where the text was changed after it was heard, nobody knows which word is which.
        let words = text == raw.strippingWhitespace() ? doubtfulWords() : []
        return Segment(
            startSeconds: startSeconds, endSeconds: endSeconds, text: text,
            language: chunk.language, meanLogProbability: mean, doubtfulWords: words,
            isDoubtful: chunk.finishReason != .stop || Doubt.isDoubtful(meanLogProbability: mean),
            speech: speech.map { $0.clamped(to: startSeconds..<endSeconds) }.filter { !$0.isEmpty })
    }

    /// The words that are less probable than ``Doubt`` allows.
    private func doubtfulWords() -> [DoubtfulWord] {
        var words = WordScanner()
        var decoder = makeTextDecoder()
        for token in tokens[kept] {
            words.append(decoder.append(token.id), logProbability: token.logProbability)
        }
        words.append(decoder.finish(), logProbability: 0)
        return words.finish().filter { Doubt.isDoubtful(wordLogProbability: $0.logProbability) }
    }

    /// Joins two pieces whose sound overlaps: each keeps its part of the text.
    ///
    /// - Returns: whether they agree on what was said in it.
    static func stitch(_ left: inout HeardPiece, _ right: inout HeardPiece) -> Bool {
        guard !left.tokens.isEmpty, !right.tokens.isEmpty else { return true }
        let makeTextDecoder = right.makeTextDecoder
        let seam = Stitcher.seam(left.answer, right.answer) { token in
            var decoder = makeTextDecoder()
            // No text yet: the first part of a character.
            guard let start = decoder.append(token).unicodeScalars.first else { return true }
            return start.properties.isWhitespace || Seam.isUnspaced(start)
        }
        let isInOrder = seam.leftCount >= left.kept.lowerBound
        left.kept = left.kept.lowerBound..<max(left.kept.lowerBound, seam.leftCount)
        right.kept = seam.rightStart..<right.tokens.count
        let seconds = max(right.chunk.startSeconds, min(seam.seconds, left.chunk.endSeconds))
        left.endSeconds = max(left.startSeconds, seconds)
        right.startSeconds = min(right.endSeconds, seconds)
        return seam.isCertain && isInOrder
    }

    private var answer: Stitcher.Answer {
        Stitcher.Answer(
            tokens: tokens.map(\.id), startSeconds: chunk.startSeconds,
            endSeconds: chunk.endSeconds, clock: clock)
    }
}

/// What a reader should listen to again.
///
/// Source: `docs/confidence.md`, where both limits are calibrated.
enum Doubt {
    static func isDoubtful(wordLogProbability: Double) -> Bool { wordLogProbability < -0.7 }
    static func isDoubtful(meanLogProbability: Double) -> Bool { meanLogProbability < -0.3 }
}

/// Finds the words in text that comes in pieces, and how probable each is.
private struct WordScanner {
    private var words: [DoubtfulWord] = []
    /// The word that is being read.
    private var open: DoubtfulWord?
    /// Scalars so far, without white space before the first.
    private var count = 0
    /// Probability of tokens that have not shown a character yet.
    private var pending = 0.0

    /// Takes a token's text; a word is as probable as its least probable token.
    mutating func append(_ text: String, logProbability: Double) {
        pending = min(pending, logProbability)
        guard !text.isEmpty else { return }
        for scalar in text.unicodeScalars {
            let isSpace = scalar.properties.isWhitespace
            if isSpace && count == 0 { continue }
            defer { count += 1 }
            let isUnspaced = Seam.isUnspaced(scalar)
            if isSpace || isUnspaced { close() }
            guard !isSpace else { continue }
            var word = open ?? DoubtfulWord(range: count..<count, logProbability: 0)
            // How sure the model is of a comma says nothing about the word before it.
            let isLetter = scalar.properties.isAlphabetic || scalar.properties.numericType != nil
            if isLetter { word.logProbability = min(word.logProbability, pending) }
            word.range = word.range.lowerBound..<count + 1
            open = word
            if isUnspaced { close() }
        }
        pending = 0
    }

    private mutating func close() {
        if let word = open { words.append(word) }
        open = nil
    }

    mutating func finish() -> [DoubtfulWord] {
        close()
        return words
    }
}
