import Foundation

/// Byte-level BPE, as the checkpoint's files define it.
///
/// Source: `Qwen2Tokenizer` with the released `vocab.json` and `merges.txt`: added tokens are split
/// off first, the rest is NFC-normalised, cut by ``PreTokenizer``, and merged byte by byte.
package struct Tokenizer: Sendable {
    private struct AddedToken: Sendable {
        let id: Int32
        let scalars: [Unicode.Scalar]
    }

    /// The bytes each id stands for; empty for ids without a token.
    private let bytes: [[UInt8]]
    private let specialIDs: Set<Int32>
    private let addedIDs: [String: Int32]
    /// By first scalar, longest first.
    private let addedTokens: [Unicode.Scalar: [AddedToken]]
    private let merges: BytePairMerges

    /// Ids are below this.
    package var vocabularySize: Int { bytes.count }

    /// Reads `vocab.json`, `merges.txt` and `tokenizer_config.json`, or else `tokenizer.json`.
    ///
    /// - Throws: ``TokenizerError``, which names the file.
    package init(folder: String) throws {
        let files = try TokenizerFiles(folder: folder)
        let path = folder + "/vocab.json"
        let ids = Array(files.vocabulary.values) + Array(files.addedTokens.keys)
        // The released vocabulary has 151,706 ids; a far larger one is damage.
        guard let largest = ids.max(), ids.min() ?? 0 >= 0, largest < 2_000_000 else {
            throw TokenizerError.malformed(path: path, reason: "its ids are not plausible")
        }
        var bytes = [[UInt8]](repeating: [], count: Int(largest) + 1)
        var byteIDs = [Int32](repeating: -1, count: 256)
        for (entry, id) in files.vocabulary {
            guard let entryBytes = ByteAlphabet.bytes(of: entry), !entryBytes.isEmpty else {
                throw TokenizerError.malformed(
                    path: path,
                    reason: "the entry '\(entry.prefix(40))' is not in the byte alphabet")
            }
            guard bytes[Int(id)].isEmpty else {
                throw TokenizerError.malformed(path: path, reason: "id \(id) is given twice")
            }
            bytes[Int(id)] = entryBytes
            if entryBytes.count == 1 { byteIDs[Int(entryBytes[0])] = id }
        }
        guard let missing = byteIDs.firstIndex(of: -1) else {
            merges = try BytePairMerges(files, byteIDs: byteIDs)
            for (id, token) in files.addedTokens { bytes[Int(id)] = Array(token.content.utf8) }
            self.bytes = bytes
            specialIDs = Set(files.addedTokens.filter(\.value.special).keys)
            addedIDs = Dictionary(
                files.addedTokens.map { ($0.value.content, $0.key) },
                uniquingKeysWith: { min($0, $1) })
            let added = addedIDs.filter { !$0.key.isEmpty }
                .map { AddedToken(id: $0.value, scalars: Array($0.key.unicodeScalars)) }
            addedTokens = Dictionary(grouping: added) { $0.scalars[0] }
                .mapValues { $0.sorted { $0.scalars.count > $1.scalars.count } }
            return
        }
        throw TokenizerError.malformed(path: path, reason: "byte \(missing) has no entry")
    }

    /// The id of an added token, such as `<asr_text>`.
    ///
    /// - Throws: ``TokenizerError/missingToken(content:)``
    package func id(of content: String) throws(TokenizerError) -> Int32 {
        guard let id = addedIDs[content] else { throw .missingToken(content: content) }
        return id
    }

    /// The ids of a text; none for an empty one.
    ///
    /// - Parameter findsAddedTokens: whether the text of an added token becomes that token, or is
    ///   text like any other.
    package func encode(_ text: String, findsAddedTokens: Bool = true) -> [Int32] {
        guard findsAddedTokens else { return encodePlain(text) }
        let scalars = Array(text.unicodeScalars)
        var ids: [Int32] = []
        var (plainStart, index) = (0, 0)
        while index < scalars.count {
            guard let token = addedToken(at: index, in: scalars) else {
                index += 1
                continue
            }
            ids += encodePlain(String(scalars[plainStart..<index])) + [token.id]
            index += token.scalars.count
            plainStart = index
        }
        return ids + encodePlain(String(scalars[plainStart...]))
    }

    /// The bytes of a token; none for an unknown id, or for a special token when those are skipped.
    package func bytes(of id: Int32, skippingSpecialTokens: Bool) -> [UInt8] {
        guard bytes.indices.contains(Int(id)) else { return [] }
        return skippingSpecialTokens && specialIDs.contains(id) ? [] : bytes[Int(id)]
    }

    /// The text of ids; bytes that are not UTF-8 become U+FFFD, one for each maximal part.
    package func decode(_ ids: some Sequence<Int32>, skippingSpecialTokens: Bool) -> String {
        String(
            decoding: ids.flatMap {
                bytes(of: $0, skippingSpecialTokens: skippingSpecialTokens)
            }, as: UTF8.self)
    }

    private func encodePlain(_ text: String) -> [Int32] {
        // Decomposed first: composing alone leaves a Hangul syllable and its final consonant apart.
        let normal = text.decomposedStringWithCanonicalMapping.precomposedStringWithCanonicalMapping
        return PreTokenizer(normal).pieces().flatMap { merges.ids(of: Array(String($0).utf8)) }
    }

    private func addedToken(at index: Int, in scalars: [Unicode.Scalar]) -> AddedToken? {
        addedTokens[scalars[index]]?.first { token in
            scalars[index...].starts(with: token.scalars)
        }
    }
}

extension String {
    fileprivate init(_ scalars: some Sequence<Unicode.Scalar>) {
        self.init()
        unicodeScalars.append(contentsOf: scalars)
    }
}
