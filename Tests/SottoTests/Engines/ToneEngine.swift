import Qwen3ASR
import Sotto
import TestSupport

/// Understands ``ToneSpeech``, and takes a word whose sound is cut for another one, that begins or ends
/// like it.
struct ToneEngine: Recogniser {
    /// How words are written, and what their tokens are.
    enum Script: CaseIterable {
        /// `ba be … ky`: a token for each letter, the first with its space.
        case spaced
        /// A Chinese character each; every third one comes in two tokens that are no characters.
        case unspaced
        /// Mandarin, Cantonese, English and others in turn, as tokens of the released vocabulary; many of
        /// them are no whole characters.
        case released
    }

    private struct ReleasedWord: Decodable {
        let text: String
        let ids: [Int32]
        let bytes: [[UInt8]]
    }

    private static let releasedWords: [ReleasedWord] =
        (try? Fixtures.json("qwen_words.json")) ?? []
    private static let releasedBytes: [Int32: [UInt8]] = Dictionary(
        releasedWords.flatMap { zip($0.ids, $0.bytes) }, uniquingKeysWith: { first, _ in first })

    let script: Script
    let usefulLookahead = 3
    let deviceName = "tones"
    private static let headerToken: Int32 = -1
    private static let endToken: Int32 = -2

    func makeTextDecoder() -> StreamingDecoder {
        let isReleased = script == .released
        return StreamingDecoder {
            isReleased && $0 >= 0 ? Self.releasedBytes[$0] ?? [] : Self.bytes(of: $0)
        }
    }

    /// How a word is written.
    func text(of word: Int) -> String {
        var decoder = makeTextDecoder()
        let text = tokens(of: word).reduce(into: "") { $0 += decoder.append($1) }
        return text.trimmingPrefix(" ") + decoder.finish()
    }

    private func tokens(of word: Int) -> [Int32] {
        let word = Int32(word)
        switch script {
        case .released: return Self.releasedWords[Int(word)].ids
        case .spaced: return [100 + word / 8, 200 + word % 8]
        case .unspaced: return word % 3 == 0 ? [400 + word, 500 + word] : [300 + word]
        }
    }

    private static func bytes(of token: Int32) -> [UInt8] {
        func character(_ word: Int32) -> [UInt8] {
            Array(String(Unicode.Scalar(0x4E00 + UInt32(word) * 7) ?? "?").utf8)
        }
        return switch token {
        case headerToken: Array("language English<asr_text>".utf8)
        case 100..<108: [UInt8(ascii: " "), Array("bdfghklm".utf8)[Int(token) - 100]]
        case 200..<208: [Array("aeiouywr".utf8)[Int(token) - 200]]
        case 300..<364: character(token - 300)
        case 400..<464: Array(character(token - 400).prefix(2))
        case 500..<564: Array(character(token - 500).suffix(1))
        default: []
        }
    }

    /// The words that are heard in some samples.
    private func words(in samples: [Float]) -> [Int] {
        let tones = ToneSpeech.tones(in: samples)
        var runs: [Int] = []
        // Frames with the end of one tone and the beginning of another may look like a third one.
        for (tone, next) in zip(tones, tones.dropFirst()) where tone == next {
            if let tone, tone != runs.last { runs.append(tone) }
        }
        guard !runs.isEmpty else { return [] }
        // Whole words are a low and a high tone. At the edges a half may be missing.
        if runs[0] >= 8 { runs.insert(runs[0] * 5 % 8, at: 0) }
        if runs[runs.count - 1] < 8 { runs.append(8 + runs[runs.count - 1] * 3 % 8) }
        // And what is there may have lost its beginning or its end.
        if tones[0].map({ $0 < 8 }) == true { runs[0] = (runs[0] + 1) % 8 }
        if tones[tones.count - 1].map({ $0 >= 8 }) == true {
            runs[runs.count - 1] = 8 + (runs[runs.count - 1] + 1) % 8
        }
        return stride(from: 0, to: runs.count, by: 2).map { runs[$0] * 8 + runs[$0 + 1] - 8 }
    }

    func recognise(
        _ request: GenerationRequest
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        let words = words(in: request.samples)
        let ids = [Self.headerToken] + words.flatMap(tokens) + [Self.endToken]
        return AsyncThrowingStream { continuation in
            for id in ids {
                continuation.yield(.token(GeneratedToken(id: id, logProbability: 0, margin: 1)))
            }
            continuation.yield(
                .finished(
                    GenerationSummary(
                        finishReason: .stop, times: StageTimes(), promptTokenCount: 16)))
            continuation.finish()
        }
    }
}

/// Hears ``ToneSpeech`` as the speech detector hears voices.
final class ToneListener: SpeechListener {
    private var held: [Float] = []
    /// Music keeps it from being sure that nobody speaks.
    private let isConfused: Bool

    init(isConfused: Bool) {
        self.isConfused = isConfused
    }

    func append(_ samples: [Float]) -> [Float] {
        held += samples
        let count = held.count / 512
        defer { held.removeFirst(count * 512) }
        return (0..<count).map { frame in probability(held[frame * 512..<frame * 512 + 512]) }
    }

    func finish() -> [Float] {
        held.isEmpty ? [] : append([Float](repeating: 0, count: 512 - held.count))
    }

    private func probability(_ frame: ArraySlice<Float>) -> Float {
        let isSpeech = !ToneSpeech.tones(in: Array(frame)).allSatisfy { $0 == nil }
        return isSpeech ? 0.95 : isConfused ? 0.5 : 0.1
    }
}
