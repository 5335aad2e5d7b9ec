package import Compute
import FoundationEssentials

/// Every size of a Qwen3-ASR recogniser, read from its checkpoint folder.
///
/// Both layouts are read: the released one (`thinker_config`) and the native one of newer
/// libraries (`audio_config` and `text_config` at the top). Fields not listed here are library
/// defaults without effect on the result.
package struct ModelConfiguration: Hashable, Sendable {
    /// The audio tower.
    package struct Audio: Hashable, Sendable {
        package let melBins: Int
        /// `d_model`
        package let width: Int
        package let layers: Int
        package let heads: Int
        package let feedForwardWidth: Int
        /// Channels of the three convolutions.
        package let channels: Int
        /// Width of an audio embedding; equals ``Text/width``.
        package let outputWidth: Int
        /// Frames of one attention window, a multiple of 100.
        package let windowFrames: Int

        package var headLayout: HeadLayout {
            HeadLayout(queryHeads: heads, keyValueHeads: heads, headDim: width / heads)
        }
    }

    /// The decoder.
    package struct Text: Hashable, Sendable {
        package let vocabularySize: Int
        package let width: Int
        package let feedForwardWidth: Int
        package let layers: Int
        package let heads: HeadLayout
        package let epsilon: Float
        package let rotaryTheta: Double
        package let isTied: Bool
        package let longestPosition: Int
    }

    package let audio: Audio
    package let text: Text
    package let layout: CheckpointLayout
    package let audioTokenID: Int32
    /// Generation stops at any of these.
    package let endTokenIDs: Set<Int32>
    /// English names; empty where the checkpoint has no list.
    package let languages: [String]

    /// Reads `config.json` and `generation_config.json`.
    package init(folder: String) throws(CheckpointError) {
        let path = folder + "/config.json"
        let file = try ConfigurationFile(path: path, folder: folder)
        let generation = try GenerationFile(folder: folder)
        try self.init(file, endTokenIDs: generation.endTokenIDs, path: path)
    }

    /// A configuration that was not read from a file.
    init(
        audio: Audio, text: Text, layout: CheckpointLayout, audioTokenID: Int32,
        endTokenIDs: Set<Int32>, languages: [String]
    ) {
        self.audio = audio
        self.text = text
        self.layout = layout
        self.audioTokenID = audioTokenID
        self.endTokenIDs = endTokenIDs
        self.languages = languages
    }

    private init(
        _ file: ConfigurationFile, endTokenIDs: Set<Int32>, path: String
    ) throws(CheckpointError) {
        layout = file.layout
        audio = try Audio(file.audio, path: path)
        text = try Text(file.text, isTied: file.isTied, path: path)
        audioTokenID = file.audioTokenID
        self.endTokenIDs = endTokenIDs
        languages = file.languages
        func check(_ condition: Bool, _ reason: String) throws(CheckpointError) {
            guard condition else { throw .malformed(path: path, reason: reason) }
        }
        try check(
            audio.outputWidth == text.width,
            "output_dim \(audio.outputWidth) differs from hidden_size \(text.width)")
        let vocabulary = 0..<Int32(text.vocabularySize)
        try check(vocabulary.contains(audioTokenID), "audio_token_id lies outside the vocabulary")
        try check(
            !endTokenIDs.isEmpty && endTokenIDs.allSatisfy(vocabulary.contains),
            "generation_config.json has no eos_token_id of this vocabulary")
    }
}

extension ModelConfiguration.Audio {
    fileprivate init(_ file: ConfigurationFile.Audio, path: String) throws(CheckpointError) {
        func check(_ condition: Bool, _ reason: String) throws(CheckpointError) {
            guard condition else { throw .malformed(path: path, reason: reason) }
        }
        let sizes = [
            file.width, file.layers, file.heads, file.feedForwardWidth, file.channels,
            file.outputWidth,
        ]
        try check(
            sizes.allSatisfy(ConfigurationFile.plausibleSizes.contains),
            "a size in audio_config is not plausible")
        try check(file.melBins == 128, "num_mel_bins is \(file.melBins) and must be 128")
        // 100 frames and 13 rows per convolution chunk are built into the model's length formula.
        try check(file.halfChunk == 50, "n_window is \(file.halfChunk) and must be 50")
        try check(
            file.windowFrames > 0 && file.windowFrames % 100 == 0,
            "n_window_infer is \(file.windowFrames) and must be a multiple of 100")
        try check(
            file.activation == "gelu", "activation_function is \(file.activation), not gelu")
        try check(
            file.width % file.heads == 0 && file.width % 2 == 0 && file.width > 2,
            "d_model \(file.width) cannot be divided among \(file.heads) heads")
        self.init(
            melBins: file.melBins, width: file.width, layers: file.layers, heads: file.heads,
            feedForwardWidth: file.feedForwardWidth, channels: file.channels,
            outputWidth: file.outputWidth, windowFrames: file.windowFrames)
    }
}

extension ModelConfiguration.Text {
    fileprivate init(
        _ file: ConfigurationFile.Text, isTied: Bool, path: String
    ) throws(CheckpointError) {
        func check(_ condition: Bool, _ reason: String) throws(CheckpointError) {
            guard condition else { throw .malformed(path: path, reason: reason) }
        }
        let sizes = [
            file.vocabularySize, file.width, file.feedForwardWidth, file.layers, file.heads,
            file.keyValueHeads, file.headDim, file.longestPosition,
        ]
        try check(
            sizes.allSatisfy(ConfigurationFile.plausibleSizes.contains),
            "a size in text_config is not plausible")
        try check(file.activation == "silu", "hidden_act is \(file.activation), not silu")
        try check(
            file.heads % file.keyValueHeads == 0,
            "\(file.heads) query heads cannot share \(file.keyValueHeads) key/value heads")
        try check(file.headDim % 2 == 0, "head_dim \(file.headDim) is odd")
        try check(
            file.rotaryTheta >= 1 && file.rotaryTheta.isFinite, "rope_theta is not plausible")
        try check(
            file.epsilon > 0 && file.epsilon < 1, "rms_norm_eps is not plausible")
        self.init(
            vocabularySize: file.vocabularySize, width: file.width,
            feedForwardWidth: file.feedForwardWidth, layers: file.layers,
            heads: HeadLayout(
                queryHeads: file.heads, keyValueHeads: file.keyValueHeads, headDim: file.headDim),
            epsilon: Float(file.epsilon), rotaryTheta: file.rotaryTheta, isTied: isTied,
            longestPosition: file.longestPosition)
    }
}
