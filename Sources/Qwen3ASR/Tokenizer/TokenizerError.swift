/// Why the tokenizer files of a checkpoint folder were refused.
package enum TokenizerError: Error, Hashable, CustomStringConvertible {
    case missingFile(folder: String, file: String)
    case malformed(path: String, reason: String)
    /// A token that the model's prompt is made of.
    case missingToken(content: String)

    /// A stable name for API clients; it never changes once released.
    package var code: String {
        switch self {
        case .missingFile: "tokenizer_missing_file"
        case .malformed: "tokenizer_malformed"
        case .missingToken: "tokenizer_missing_token"
        }
    }

    package var description: String {
        switch self {
        case .missingFile(let folder, let file):
            "The model in '\(folder)' has no \(file): it is incomplete. Download it again."
        case .malformed(let path, let reason):
            "'\(path)' cannot be used: \(reason). Download the model again."
        case .missingToken(let content):
            "The tokenizer has no token '\(content)': its files belong to another model. "
                + "Download the model again."
        }
    }
}
