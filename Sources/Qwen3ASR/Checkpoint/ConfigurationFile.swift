import FoundationEssentials

/// `config.json` as it stands, in either layout.
struct ConfigurationFile: Decodable {
    struct Audio: Decodable {
        let melBins, width, layers, heads, feedForwardWidth, channels, outputWidth: Int
        /// Half a convolution chunk, in frames.
        let halfChunk: Int
        let windowFrames: Int
        let activation: String

        enum CodingKeys: String, CodingKey {
            case melBins = "num_mel_bins"
            case width = "d_model"
            case layers = "encoder_layers"
            case heads = "encoder_attention_heads"
            case feedForwardWidth = "encoder_ffn_dim"
            case channels = "downsample_hidden_size"
            case outputWidth = "output_dim"
            case halfChunk = "n_window"
            case windowFrames = "n_window_infer"
            case activation = "activation_function"
        }
    }

    struct Text: Decodable {
        let vocabularySize, width, feedForwardWidth, layers, heads, keyValueHeads, headDim: Int
        let longestPosition: Int
        let epsilon, rotaryTheta: Double
        let activation: String
        let isTied: Bool?

        enum CodingKeys: String, CodingKey {
            case vocabularySize = "vocab_size"
            case width = "hidden_size"
            case feedForwardWidth = "intermediate_size"
            case layers = "num_hidden_layers"
            case heads = "num_attention_heads"
            case keyValueHeads = "num_key_value_heads"
            case headDim = "head_dim"
            case longestPosition = "max_position_embeddings"
            case epsilon = "rms_norm_eps"
            case rotaryTheta = "rope_theta"
            case rotaryParameters = "rope_parameters"
            case activation = "hidden_act"
            case isTied = "tie_word_embeddings"
        }

        private struct RotaryParameters: Decodable {
            let theta: Double
            enum CodingKeys: String, CodingKey { case theta = "rope_theta" }
        }

        init(from decoder: any Decoder) throws {
            let values = try decoder.container(keyedBy: CodingKeys.self)
            vocabularySize = try values.decode(Int.self, forKey: .vocabularySize)
            width = try values.decode(Int.self, forKey: .width)
            feedForwardWidth = try values.decode(Int.self, forKey: .feedForwardWidth)
            layers = try values.decode(Int.self, forKey: .layers)
            heads = try values.decode(Int.self, forKey: .heads)
            keyValueHeads = try values.decode(Int.self, forKey: .keyValueHeads)
            headDim = try values.decode(Int.self, forKey: .headDim)
            longestPosition = try values.decode(Int.self, forKey: .longestPosition)
            epsilon = try values.decode(Double.self, forKey: .epsilon)
            activation = try values.decode(String.self, forKey: .activation)
            isTied = try values.decodeIfPresent(Bool.self, forKey: .isTied)
            let parameters = try values.decodeIfPresent(
                RotaryParameters.self, forKey: .rotaryParameters)
            rotaryTheta =
                try parameters?.theta ?? values.decode(Double.self, forKey: .rotaryTheta)
        }
    }

    /// Sizes beyond this are damage; the released models stay below 160,000.
    static let plausibleSizes = 1...1_000_000

    let layout: CheckpointLayout
    let audio: Audio
    let text: Text
    let isTied: Bool
    let audioTokenID: Int32
    let languages: [String]

    init(path: String, folder: String) throws(CheckpointError) {
        self = try readJSON(path, folder: folder)
    }

    private enum TopKeys: String, CodingKey {
        case thinker = "thinker_config"
        case audio = "audio_config"
        case text = "text_config"
        case audioTokenID = "audio_token_id"
        case isTied = "tie_word_embeddings"
        case languages = "support_languages"
        case modelType = "model_type"
        case classCount = "classify_num"
        case architectures
    }

    init(from decoder: any Decoder) throws {
        let top = try decoder.container(keyedBy: TopKeys.self)
        guard top.contains(.thinker) || (top.contains(.audio) && top.contains(.text)) else {
            throw CheckpointError.unsupported(
                path: "", reason: "its config.json does not describe a Qwen3-ASR recogniser")
        }
        layout = top.contains(.thinker) ? .official : .native
        let values =
            layout == .official
            ? try top.nestedContainer(keyedBy: TopKeys.self, forKey: .thinker) : top
        let modelType = try values.decodeIfPresent(String.self, forKey: .modelType) ?? ""
        let architectures = try top.decodeIfPresent([String].self, forKey: .architectures) ?? []
        guard !values.contains(.classCount), !modelType.contains("forced_aligner"),
            !architectures.contains(where: { $0.contains("TokenClassification") })
        else {
            throw CheckpointError.unsupported(
                path: "", reason: "it is a forced aligner, which times words and recognises none")
        }
        audio = try values.decode(Audio.self, forKey: .audio)
        text = try values.decode(Text.self, forKey: .text)
        audioTokenID = try values.decode(Int32.self, forKey: .audioTokenID)
        isTied =
            try text.isTied ?? values.decodeIfPresent(Bool.self, forKey: .isTied)
            ?? top.decodeIfPresent(Bool.self, forKey: .isTied) ?? false
        languages = try top.decodeIfPresent([String].self, forKey: .languages) ?? []
    }
}

/// `generation_config.json`; only the end tokens matter, and they may be one number or a list.
struct GenerationFile: Decodable {
    let endTokenIDs: Set<Int32>

    init(folder: String) throws(CheckpointError) {
        self = try readJSON(folder + "/generation_config.json", folder: folder)
    }

    enum CodingKeys: String, CodingKey { case endTokenID = "eos_token_id" }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        if let one = try? values.decode(Int32.self, forKey: .endTokenID) {
            endTokenIDs = [one]
        } else {
            endTokenIDs = Set(try values.decode([Int32].self, forKey: .endTokenID))
        }
    }
}

/// Reads a JSON file of a checkpoint folder.
func readJSON<Value: Decodable>(
    _ path: String, folder: String
) throws(CheckpointError) -> Value {
    let name = String(path.dropFirst(folder.count + 1))
    guard FileManager.default.fileExists(atPath: path) else {
        throw .missingFile(folder: folder, file: name)
    }
    do {
        return try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(filePath: path)))
    } catch CheckpointError.unsupported(_, let reason) {
        throw .unsupported(path: folder, reason: reason)
    } catch let error as DecodingError {
        throw .malformed(path: path, reason: error.reason)
    } catch {
        throw .malformed(path: path, reason: "it cannot be read")
    }
}

extension DecodingError {
    /// Which field is missing or wrong, in one clause.
    fileprivate var reason: String {
        switch self {
        case .keyNotFound(let key, _): "it has no \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(context.codingPath.last?.stringValue ?? "it") has an unexpected type"
        case .dataCorrupted: "it is not valid JSON"
        @unknown default: "it is not valid JSON"
        }
    }
}
