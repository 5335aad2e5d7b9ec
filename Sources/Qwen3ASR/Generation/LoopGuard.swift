/// Notices, while a chunk is decoded, that its tokens go round in a circle of up to eight.
///
/// A person may repeat a word or a syllable many times, too; what is noticed goes on for 28 tokens
/// (8 s of speech) to 56, by the size of the circle.
package struct LoopGuard: Sendable {
    private var tokens: [Int32] = []
    /// For each size of a circle: tokens up to now that equal the one that many places before.
    private var runs = [Int](repeating: 0, count: longestCycle)

    private static let longestCycle = 8
    /// Tokens that are repeated at least before a circle is broken.
    private static let shortestBroken = 8

    package init() {}

    /// Takes the next token.
    ///
    /// - Returns: `nil`, or how many tokens there were when the circle had been gone through once.
    package mutating func append(_ token: Int32) -> Int? {
        tokens.append(token)
        for size in 1...Self.longestCycle {
            let before = tokens.count - 1 - size
            runs[size - 1] = before >= 0 && tokens[before] == token ? runs[size - 1] + 1 : 0
            if runs[size - 1] >= 24 + 4 * size { return tokens.count - runs[size - 1] }
        }
        return nil
    }

    /// The token that would go on with a circle which has been gone through three times.
    package var continuation: Int32? {
        let size = (1...Self.longestCycle).first { size in
            runs[size - 1] >= max(2 * size, Self.shortestBroken)
        }
        return size.map { tokens[tokens.count - $0] }
    }
}
