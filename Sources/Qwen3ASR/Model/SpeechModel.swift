package import Compute

/// The two networks of a recogniser in a backend's memory.
package final class SpeechNetwork {
    package let configuration: ModelConfiguration
    package let encoder: AudioEncoder
    package let decoder: TextDecoder
    package let backend: any Backend

    /// - Throws: ``CheckpointError`` or ``ComputeError``.
    package init(
        _ checkpoint: Checkpoint, backend: any Backend, progress: ((Int, Int) -> Void)? = nil
    ) throws {
        self.backend = backend
        let loading = LoadProgress(checkpoint, progress)
        configuration = checkpoint.configuration
        // A step reads nothing of it, so bytes would gain little and cost most.
        encoder = try AudioEncoder(
            WeightLoader(checkpoint, backend: backend.mostExact, progress: loading))
        decoder = try TextDecoder(WeightLoader(checkpoint, backend: backend, progress: loading))
        loading.finish()
    }
}

/// A recogniser: its networks, and the tokenizer that makes prompts and text.
package final class SpeechModel {
    package let network: SpeechNetwork
    package let tokenizer: Tokenizer
    package let prompt: Prompt

    package var configuration: ModelConfiguration { network.configuration }

    /// Loads a checkpoint folder.
    ///
    /// - Parameter progress: bytes of weights that are ready, and in all.
    /// - Throws: ``CheckpointError``, ``TokenizerError`` or ``ComputeError``.
    package convenience init(
        folder: String, backend: any Backend, progress: ((Int, Int) -> Void)? = nil
    ) throws {
        try self.init(
            Checkpoint(folder: folder), tokenizerFolder: folder, backend: backend,
            progress: progress)
    }

    /// Loads a checkpoint with the tokenizer of a folder.
    package init(
        _ checkpoint: Checkpoint, tokenizerFolder folder: String, backend: any Backend,
        progress: ((Int, Int) -> Void)? = nil
    ) throws {
        let configuration = checkpoint.configuration
        tokenizer = try Tokenizer(folder: folder)
        prompt = try Prompt(tokenizer: tokenizer, audioTokenID: configuration.audioTokenID)
        guard tokenizer.vocabularySize <= configuration.text.vocabularySize else {
            throw CheckpointError.malformed(
                path: folder,
                reason: "its tokenizer has \(tokenizer.vocabularySize) entries and its model "
                    + "\(configuration.text.vocabularySize)")
        }
        network = try SpeechNetwork(checkpoint, backend: backend, progress: progress)
    }
}
