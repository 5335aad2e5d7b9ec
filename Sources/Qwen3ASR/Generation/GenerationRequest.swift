/// One chunk of speech to be recognised.
package struct GenerationRequest: Hashable, Sendable {
    /// Mono PCM at 16 kHz in -1...1.
    package var samples: [Float]
    /// Names, terms or a topic, as background for the model.
    package var context: String
    /// English name of a language to force; `nil` lets the model find it.
    package var language: String?
    /// Tokens after which generation ends with ``FinishReason/length``.
    package var tokenLimit: Int
    /// Goes on past end tokens to exactly `tokenLimit`; for measuring speed.
    package var ignoresEndTokens: Bool
    /// Never chooses the token that goes on with a circle of up to eight tokens which has been gone through
    /// three times: for sound on which the model would never end.
    package var breaksCircles: Bool
    /// Does exactly what the official package does, where Sotto has better defaults: very short
    /// clips are not lengthened, and added tokens written out in `context` are obeyed.
    package var isParity: Bool
    /// What it is part of; `nil` for a job of its own. Jobs take turns.
    package var job: JobID?

    /// Clips shorter than half a second are filled up with silence: many come out empty otherwise.
    package static let comfortable = 8000

    package init(
        samples: [Float], context: String = "", language: String? = nil, tokenLimit: Int,
        ignoresEndTokens: Bool = false, breaksCircles: Bool = false, isParity: Bool = false,
        job: JobID? = nil
    ) {
        self.samples = samples
        self.context = context
        self.language = language
        self.tokenLimit = tokenLimit
        self.ignoresEndTokens = ignoresEndTokens
        self.breaksCircles = breaksCircles
        self.isParity = isParity
        self.job = job
    }

    /// The samples as the model gets them: short clips filled up with silence.
    var preparedSamples: [Float] {
        guard !isParity, samples.count < Self.comfortable else { return samples }
        return samples + [Float](repeating: 0, count: Self.comfortable - samples.count)
    }

    /// The token limit for a chunk: speech has 3 to 4 tokens a second, and 40 leave no doubt.
    package static func tokenLimit(sampleCount: Int) -> Int {
        256 + 40 * sampleCount / 16000
    }
}

/// What a recogniser says while it works on a chunk.
package enum GenerationEvent: Hashable, Sendable {
    case token(GeneratedToken)
    /// Always the last event.
    case finished(GenerationSummary)
}

/// One generated token, end tokens included.
package struct GeneratedToken: Hashable, Sendable {
    package let id: Int32
    /// Natural logarithm of its probability, at most 0.
    package let logProbability: Float
    /// Its logit minus the runner-up's; negative where another token was refused.
    package let margin: Float

    package init(id: Int32, logProbability: Float, margin: Float) {
        self.id = id
        self.logProbability = logProbability
        self.margin = margin
    }
}

/// How a chunk ended.
package struct GenerationSummary: Hashable, Sendable {
    package let finishReason: FinishReason
    package let times: StageTimes
    package let promptTokenCount: Int

    package init(finishReason: FinishReason, times: StageTimes, promptTokenCount: Int) {
        self.finishReason = finishReason
        self.times = times
        self.promptTokenCount = promptTokenCount
    }
}

/// Why generation ended.
package enum FinishReason: String, Hashable, Sendable {
    /// The model said so.
    case stop
    /// The token limit was reached: the text may be incomplete.
    case length
}

/// Why a chunk could not be recognised.
package enum GenerationError: Error, Hashable, CustomStringConvertible {
    case promptTooLong(tokenCount: Int, limit: Int)
    /// The network's output is not a number: no real weights do that.
    case damagedWeights
    /// A kernel set that this machine does not run.
    case unknownKernels(name: String, known: [String])
    /// The device failed; `code` and `reason` are its own.
    case device(code: String, reason: String)

    /// A stable name for API clients; it never changes once released.
    package var code: String {
        switch self {
        case .promptTooLong: "prompt_too_long"
        case .damagedWeights: "weights_damaged"
        case .unknownKernels: "kernels_unknown"
        case .device(let code, _): code
        }
    }

    package var description: String {
        switch self {
        case .promptTooLong(let count, let limit):
            "The context and the audio need \(count) tokens and \(limit) fit. Shorten the context."
        case .damagedWeights:
            "The model's output is not a number: its weights are damaged. Download it again."
        case .unknownKernels(let name, let known):
            "This machine has no kernels named '\(name)'. SOTTO_CPU may be "
                + known.joined(separator: ", ") + "."
        case .device(_, let reason): reason
        }
    }
}
