import FoundationEssentials

/// What the tokenizer files of a checkpoint folder say, before anything is made of it.
///
/// The released layout has `vocab.json`, `merges.txt` and the added tokens in
/// `tokenizer_config.json`; newer libraries write one `tokenizer.json`.
struct TokenizerFiles {
    struct AddedToken: Decodable {
        let content: String
        let special: Bool
    }

    /// Entries in the byte alphabet, with their ids.
    let vocabulary: [String: Int32]
    /// Pairs in order of rank.
    let merges: [(left: Substring, right: Substring)]
    let addedTokens: [Int32: AddedToken]
    /// The file to blame for the merges.
    let mergesPath: String

    init(folder: String) throws(TokenizerError) {
        let vocabularyPath = folder + "/vocab.json"
        let combinedPath = folder + "/tokenizer.json"
        if FileManager.default.fileExists(atPath: vocabularyPath) {
            vocabulary = try Self.decode(vocabularyPath)
            mergesPath = folder + "/merges.txt"
            guard FileManager.default.fileExists(atPath: mergesPath) else {
                throw .missingFile(folder: folder, file: "merges.txt")
            }
            merges = try Self.readMerges(mergesPath)
            let configurationPath = folder + "/tokenizer_config.json"
            guard FileManager.default.fileExists(atPath: configurationPath) else {
                throw .missingFile(folder: folder, file: "tokenizer_config.json")
            }
            let configuration: Configuration = try Self.decode(configurationPath)
            addedTokens = try configuration.tokensByID(path: configurationPath)
        } else if FileManager.default.fileExists(atPath: combinedPath) {
            let combined: Combined = try Self.decode(combinedPath)
            vocabulary = combined.model.vocab
            mergesPath = combinedPath
            merges = combined.model.merges.map { ($0.left, $0.right) }
            addedTokens = Dictionary(
                combined.addedTokens.map {
                    ($0.id, AddedToken(content: $0.content, special: $0.special))
                },
                uniquingKeysWith: { first, _ in first })
        } else {
            throw .missingFile(folder: folder, file: "vocab.json")
        }
    }

    private static func decode<Value: Decodable>(_ path: String) throws(TokenizerError) -> Value {
        do {
            return try JSONDecoder().decode(
                Value.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw .malformed(path: path, reason: "it is not the JSON of a tokenizer")
        }
    }

    /// One merge a line, in order of rank, after a `#version` line; LF or CRLF.
    private static func readMerges(
        _ path: String
    ) throws(TokenizerError) -> [(left: Substring, right: Substring)] {
        guard let text = try? String(contentsOf: URL(filePath: path), encoding: .utf8) else {
            throw .malformed(path: path, reason: "it is not UTF-8 text")
        }
        var merges: [(left: Substring, right: Substring)] = []
        for (number, line) in text.split(whereSeparator: \.isNewline).enumerated() {
            if number == 0 && line.hasPrefix("#version") { continue }
            guard let merge = Merge(line) else {
                throw .malformed(path: path, reason: "'\(line.prefix(40))' is not a pair")
            }
            merges.append((merge.left, merge.right))
        }
        return merges
    }

    private struct Configuration: Decodable {
        /// Ids are written as strings.
        let addedTokens: [String: AddedToken]

        enum CodingKeys: String, CodingKey { case addedTokens = "added_tokens_decoder" }

        func tokensByID(path: String) throws(TokenizerError) -> [Int32: AddedToken] {
            var tokens: [Int32: AddedToken] = [:]
            for (text, token) in addedTokens {
                guard let id = Int32(text) else {
                    throw .malformed(path: path, reason: "'\(text.prefix(40))' is not an id")
                }
                tokens[id] = token
            }
            return tokens
        }
    }

    private struct Combined: Decodable {
        struct Model: Decodable {
            let vocab: [String: Int32]
            let merges: [Merge]
        }

        struct Added: Decodable {
            let id: Int32
            let content: String
            let special: Bool
        }

        let model: Model
        let addedTokens: [Added]

        enum CodingKeys: String, CodingKey {
            case model
            case addedTokens = "added_tokens"
        }
    }

    /// `"a b"` or `["a", "b"]`.
    private struct Merge: Decodable {
        let left, right: Substring

        init?(_ line: Substring) {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
            (left, right) = (parts[0], parts[1])
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let line = try? container.decode(String.self), let merge = Merge(line[...]) {
                self = merge
            } else {
                let pair = try container.decode([String].self)
                guard pair.count == 2, let first = pair.first, let last = pair.last else {
                    throw DecodingError.dataCorruptedError(
                        in: container, debugDescription: "a merge is a pair")
                }
                (left, right) = (first[...], last[...])
            }
        }
    }
}
