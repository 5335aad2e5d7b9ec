import Qwen3ASR
import Sotto
import Synchronization

/// Answers chunk after chunk from a list; each letter is a token.
final class LetterRecogniser: Recogniser {
    enum Answer {
        case text(String)
        case bytes([UInt8])
        case cutOff(String)
        case failure(any Error)
    }

    let usefulLookahead: Int
    private let heldCount: Int
    let deviceName = "script"
    private let answers: [Answer]
    /// What it says when the list is at its end.
    private let otherwise: Answer
    /// What it says where circles are forbidden.
    private let unbroken: Answer?
    /// Chunks that were submitted, one after the other.
    let askedCount = Mutex(0)
    /// The context of each.
    let contexts = Mutex<[String]>([])

    /// Streams that wait until so many chunks were submitted: then what is asked again comes after them.
    private let held = Mutex<[@Sendable () -> Void]?>([])

    /// - Parameter chunkCount: of the recording, as far as they are to be submitted first.
    init(
        _ answers: [Answer], otherwise: Answer = .text("nobody expects this"),
        unbroken: Answer? = nil, chunkCount: Int = 4, usefulLookahead: Int? = nil
    ) {
        self.usefulLookahead = usefulLookahead ?? chunkCount
        heldCount = chunkCount
        self.unbroken = unbroken
        self.answers = answers
        self.otherwise = otherwise
    }

    func makeTextDecoder() -> StreamingDecoder {
        .letters
    }

    func recognise(
        _ request: GenerationRequest
    ) -> AsyncThrowingStream<GenerationEvent, any Error> {
        let index = askedCount.withLock { count in
            count += 1
            return count - 1
        }
        contexts.withLock { $0.append(request.context) }
        let listed = index < answers.count ? answers[index] : otherwise
        let answer = request.breaksCircles ? unbroken ?? listed : listed
        return AsyncThrowingStream { continuation in
            hold {
                switch answer {
                case .text(let text): Self.say(text.utf8, .stop, to: continuation)
                case .bytes(let bytes): Self.say(bytes, .stop, to: continuation)
                case .cutOff(let text): Self.say(text.utf8, .length, to: continuation)
                case .failure(let error): continuation.finish(throwing: error)
                }
            }
        }
    }

    /// Answers when all chunks are there.
    private func hold(_ answer: @escaping @Sendable () -> Void) {
        let ready = held.withLock { held in
            guard let waiting = held, waiting.count + 1 < heldCount else {
                defer { held = nil }
                return (held ?? []) + [answer]
            }
            held = waiting + [answer]
            return []
        }
        for answer in ready { answer() }
    }

    private static func say(
        _ bytes: some Sequence<UInt8>, _ reason: FinishReason,
        to continuation: AsyncThrowingStream<GenerationEvent, any Error>.Continuation
    ) {
        continuation.yield(letters: bytes)
        continuation.yield(
            .finished(
                GenerationSummary(finishReason: reason, times: StageTimes(), promptTokenCount: 16)))
        continuation.finish()
    }
}

extension StreamingDecoder {
    /// Each id is a byte.
    static var letters: StreamingDecoder {
        StreamingDecoder { [UInt8(truncatingIfNeeded: $0)] }
    }
}

extension AsyncThrowingStream<GenerationEvent, any Error>.Continuation {
    /// A token for each byte.
    func yield(letters bytes: some Sequence<UInt8>) {
        for byte in bytes {
            yield(.token(GeneratedToken(id: Int32(byte), logProbability: -0.5, margin: 1)))
        }
    }
}
