/// Where the time of a transcription went.
package struct StageTimes: Hashable, Sendable {
    /// Log-mel.
    package var mel: Duration = .zero
    /// The encoder's convolutions.
    package var convolution: Duration = .zero
    /// The encoder's attention layers and projector.
    package var encoder: Duration = .zero
    /// The prompt's pass through the decoder, first token included.
    package var prefill: Duration = .zero
    /// All later tokens.
    package var decode: Duration = .zero
    /// Passes counted in `decode`, each one token of every active sequence.
    package var decodeSteps = 0

    package init() {}

    /// The part of one of so many sequences that were worked on together.
    func share(of count: Int) -> StageTimes {
        var share = StageTimes()
        share.convolution = convolution / count
        share.encoder = encoder / count
        share.prefill = prefill / count
        return share
    }

    package static func += (total: inout StageTimes, part: StageTimes) {
        total.mel += part.mel
        total.convolution += part.convolution
        total.encoder += part.encoder
        total.prefill += part.prefill
        total.decode += part.decode
        total.decodeSteps += part.decodeSteps
    }
}

/// Time since it was made.
struct Stopwatch {
    private let start = ContinuousClock.now
    var elapsed: Duration { ContinuousClock.now - start }
}

/// Sees the values of a stage as they are made, for tests against goldens.
package typealias Probe = (_ stage: String, _ values: [Float]) -> Void
