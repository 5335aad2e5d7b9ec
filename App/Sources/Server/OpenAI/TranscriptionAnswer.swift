import Transcript

/// A transcription in the words of OpenAI's API.
///
/// Source: OpenAI API reference, "The transcription object".
struct TranscriptionAnswer: Encodable {
    struct Usage: Encodable {
        let type = "duration"
        /// Whole seconds, as they are counted there.
        let seconds: Int

        init(_ transcription: Transcription) {
            seconds = Int(transcription.durationSeconds.rounded(.up))
        }
    }

    /// A token's probability. Its text is not told: a transcription holds its number alone.
    struct LogProbability: Encodable {
        let token: String
        let logprob: Double
        let bytes: [Int]
    }

    struct SegmentAnswer: Encodable {
        let id: Int
        let seek = 0
        let start, end: Double
        let text: String
        let tokens: [Int]
        let temperature = 0.0
        let avgLogprob: Double
        let compressionRatio: Double
        let noSpeechProb: Double

        enum CodingKeys: String, CodingKey {
            case id, seek, start, end, text, tokens, temperature
            case avgLogprob = "avg_logprob"
            case compressionRatio = "compression_ratio"
            case noSpeechProb = "no_speech_prob"
        }
    }

    let text: String
    let usage: Usage
    var logprobs: [LogProbability]?
    var task: String?
    var language: String?
    var duration: Double?
    var segments: [SegmentAnswer]?

    /// The text, and the probabilities of its tokens if they are asked for.
    init(_ transcription: Transcription, includesLogProbabilities: Bool) {
        text = transcription.text
        usage = Usage(transcription)
        if includesLogProbabilities { logprobs = Self.logProbabilities(of: transcription.chunks) }
    }

    /// All that is known.
    init(verbose transcription: Transcription) {
        self.init(transcription, includesLogProbabilities: false)
        task = "transcribe"
        language = transcription.language.split(separator: ",").first.map { $0.lowercased() } ?? ""
        duration = Self.rounded(transcription.durationSeconds)
        segments = Self.segments(of: transcription)
    }

    /// A chunk's tokens are told with its first segment: they are not kept segment by segment. The compression
    /// ratio and the probability of silence are what OpenAI's clients take for good text: the model tells neither.
    private static func segments(of transcription: Transcription) -> [SegmentAnswer] {
        let chunks = transcription.chunks
        var (place, toldPlace) = (0, -1)
        return transcription.segments.enumerated().map { index, segment in
            let middle = (segment.startSeconds + segment.endSeconds) / 2
            while place < chunks.count, chunks[place].endSeconds <= middle { place += 1 }
            var tokens: [Int] = []
            if place < chunks.count, place != toldPlace, chunks[place].startSeconds <= middle {
                tokens = chunks[place].tokenIDs
                toldPlace = place
            }
            return SegmentAnswer(
                id: index, start: rounded(segment.startSeconds), end: rounded(segment.endSeconds),
                text: segment.text, tokens: tokens, avgLogprob: segment.meanLogProbability,
                compressionRatio: 1, noSpeechProb: 0)
        }
    }

    /// All tokens of the model's answers, those included that name the language and end an answer.
    static func logProbabilities(of chunks: [Chunk]) -> [LogProbability] {
        chunks.flatMap { chunk in
            zip(chunk.tokenIDs, chunk.tokenLogProbabilities).map { id, value in
                LogProbability(token: "<|\(id)|>", logprob: Double(value), bytes: [])
            }
        }
    }

    private static func rounded(_ seconds: Double) -> Double { (seconds * 1000).rounded() / 1000 }
}

/// What is told while a transcription is made.
enum TranscriptionStreamEvent {
    private struct Delta: Encodable {
        let type = "transcript.text.delta"
        let delta: String
    }

    private struct Done: Encodable {
        let type = "transcript.text.done"
        let text: String
        let usage: TranscriptionAnswer.Usage
        let logprobs: [TranscriptionAnswer.LogProbability]?
    }

    /// More text that is certain.
    static func delta(_ text: String) -> [UInt8] { bytes(Delta(delta: text)) }

    /// All of it.
    static func done(
        _ transcription: Transcription, text: String, includesLogProbabilities: Bool
    ) -> [UInt8] {
        bytes(
            Done(
                text: text, usage: .init(transcription),
                logprobs: includesLogProbabilities
                    ? TranscriptionAnswer.logProbabilities(of: transcription.chunks) : nil))
    }

    private static func bytes(_ value: some Encodable) -> [UInt8] {
        Array("data: ".utf8) + jsonBytes(value) + Array("\n\n".utf8)
    }
}
