package import Compute

/// A recogniser in a backend's memory: audio tower, decoder, tokenizer.
package final class SpeechModel {
    package let configuration: ModelConfiguration
    package let tokenizer: Tokenizer
    package let prompt: Prompt
    package let encoder: AudioEncoder
    package let decoder: TextDecoder
    package let backend: any Backend

    /// Loads a checkpoint folder.
    ///
    /// - Throws: ``CheckpointError``, ``TokenizerError`` or ``ComputeError``.
    package init(folder: String, backend: any Backend) throws {
        let checkpoint = try Checkpoint(folder: folder)
        self.backend = backend
        configuration = checkpoint.configuration
        tokenizer = try Tokenizer(folder: folder)
        prompt = try Prompt(tokenizer: tokenizer, audioTokenID: configuration.audioTokenID)
        guard tokenizer.vocabularySize <= configuration.text.vocabularySize else {
            throw CheckpointError.malformed(
                path: folder,
                reason: "its tokenizer has \(tokenizer.vocabularySize) entries and its model "
                    + "\(configuration.text.vocabularySize)")
        }
        encoder = try AudioEncoder(checkpoint, backend: backend)
        decoder = try TextDecoder(checkpoint, backend: backend)
    }
}
