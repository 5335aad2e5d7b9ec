package import Qwen3ASR

/// The seam between the engine and everything above it: chunks in, tokens out, as they come.
///
/// `Generator` is the real one; tests plug in others.
package protocol Recogniser: Sendable {
    /// Chunks that are worth submitting before the first is done.
    var usefulLookahead: Int { get }
    /// For logs and provenance: `cpu`, `cuda:0`.
    var deviceName: String { get }
    /// What its matrices are kept as: `bf16`, `f16`, `int8`.
    var precision: String { get }
    /// Turns a chunk's tokens into text, piece by piece.
    func makeTextDecoder() -> StreamingDecoder
    /// Queues a chunk. The stream ends with ``GenerationEvent/finished(_:)`` or an error; leaving it
    /// early cancels the work.
    func recognise(
        _ request: GenerationRequest
    ) -> AsyncThrowingStream<GenerationEvent, any Error>
}

extension Recogniser {
    package var precision: String { "bf16" }
}

extension Generator: Recogniser {
    package nonisolated func makeTextDecoder() -> StreamingDecoder {
        StreamingDecoder(tokenizer)
    }
}
