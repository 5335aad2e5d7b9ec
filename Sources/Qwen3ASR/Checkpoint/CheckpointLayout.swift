/// The two ways in which the same weights are named. The names appear here and nowhere else.
package enum CheckpointLayout: Hashable, Sendable {
    /// The released checkpoints: everything below `thinker.`.
    case official
    /// The `-hf` checkpoints of newer libraries.
    case native

    /// A tensor of the audio tower, such as `conv2d1.weight` or `layers.0.fc1.bias`.
    func audioTower(_ name: String) -> String {
        switch self {
        case .official: "thinker.audio_tower." + name
        case .native: "model.audio_tower." + name
        }
    }

    /// The projector's linear layer `number` (1 or 2).
    func projector(_ number: Int) -> String {
        switch self {
        case .official: "thinker.audio_tower.proj\(number)"
        case .native: "model.multi_modal_projector.linear_\(number)"
        }
    }

    /// Whether a tensor is the audio tower's or the projector's.
    func isOfEncoder(_ name: String) -> Bool {
        switch self {
        case .official: name.hasPrefix("thinker.audio_tower.")
        case .native:
            name.hasPrefix("model.audio_tower.") || name.hasPrefix("model.multi_modal_projector.")
        }
    }

    /// A tensor of the decoder, such as `embed_tokens.weight`.
    func decoder(_ name: String) -> String {
        switch self {
        case .official: "thinker.model." + name
        case .native: "model.language_model." + name
        }
    }

    /// The output head, where it is not tied to the embedding.
    var head: String {
        switch self {
        case .official: "thinker.lm_head.weight"
        case .native: "lm_head.weight"
        }
    }
}
