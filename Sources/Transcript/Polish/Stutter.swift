/// Words that were begun twice: function words alone, because content may be repeated on purpose.
enum Stutter {
    private static let chinese: [[Unicode.Scalar]] = [
        "我们", "我們", "你们", "你們", "他们", "他們", "这个", "這個", "那个", "那個", "就是", "然后", "然後",
        "但是", "所以", "因为", "因為", "如果", "我", "你", "他", "她", "它", "这", "這", "那", "就",
        "我哋", "你哋", "佢哋", "呢个", "呢個", "嗰个", "嗰個", "佢", "嗰",
    ].map { Array($0.unicodeScalars) }.sorted { $0.count > $1.count }

    private static let english: Set<String> = [
        "a", "an", "and", "are", "as", "at", "because", "but", "can", "could", "for", "from", "he",
        "her",
        "his", "i", "i'm", "i've", "if", "in", "it", "it's", "my", "of", "on", "or", "our", "she",
        "should", "the", "their", "they", "this", "to", "was", "we", "we're", "were", "when",
        "where", "which",
        "who", "will", "with", "would", "you", "your",
    ]

    static func edits(_ text: [Unicode.Scalar], isChinese: Bool) -> [TextEdit] {
        isChinese ? chineseEdits(text) : englishEdits(text)
    }

    private static func chineseEdits(_ text: [Unicode.Scalar]) -> [TextEdit] {
        var (edits, index) = ([TextEdit](), 0)
        while index < text.count {
            let word = chinese.first { text[index...].starts(with: $0) }
            guard let word else {
                index += 1
                continue
            }
            var end = index + word.count
            while let next = repetition(of: word, text, from: end) { end = next }
            if end > index + word.count {
                edits.append(TextEdit(range: index + word.count..<end, replacement: ""))
            }
            index = end
        }
        return edits
    }

    /// - Returns: where the word ends if it stands there again, perhaps after a comma.
    private static func repetition(
        of word: [Unicode.Scalar], _ text: [Unicode.Scalar], from index: Int
    ) -> Int? {
        let start = index + (text[at: index] == "，" ? 1 : 0)
        guard start < text.count, text[start...].starts(with: word) else { return nil }
        return start + word.count
    }

    private static func englishEdits(_ text: [Unicode.Scalar]) -> [TextEdit] {
        let words = text.latinWords
        return zip(words, words.dropFirst()).compactMap { word, next in
            let spoken = text.string(word).lowercased()
            guard english.contains(spoken), text.string(next).lowercased() == spoken,
                text[word.upperBound..<next.lowerBound].allSatisfy({ $0.isSpace || $0 == "," })
            else { return nil }
            return TextEdit(range: word.upperBound..<next.upperBound, replacement: "")
        }
    }
}
