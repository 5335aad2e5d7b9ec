/// Turns token ids into text one by one, never showing half a character.
///
/// The pieces add up to what decoding all ids at once gives.
package struct StreamingDecoder: Sendable {
    private let bytes: @Sendable (Int32) -> [UInt8]
    private var pending: [UInt8] = []

    /// Decodes with a tokenizer, leaving special tokens out.
    package init(_ tokenizer: Tokenizer) {
        self.init { tokenizer.bytes(of: $0, skippingSpecialTokens: true) }
    }

    /// Decodes with any mapping of ids to bytes.
    package init(bytes: @escaping @Sendable (Int32) -> [UInt8]) {
        self.bytes = bytes
    }

    /// The text that is certain now that `id` has come.
    package mutating func append(_ id: Int32) -> String {
        pending += bytes(id)
        let held = Self.incompleteTailLength(pending)
        defer { pending.removeFirst(pending.count - held) }
        return String(decoding: pending.dropLast(held), as: UTF8.self)
    }

    /// The rest: U+FFFD if a character was left incomplete.
    package mutating func finish() -> String {
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
    }

    /// The text of a whole row of ids, decoded apart from what came before.
    package func text(of ids: some Sequence<Int32>) -> String {
        var decoder = StreamingDecoder(bytes: bytes)
        return ids.reduce(into: "") { $0 += decoder.append($1) } + decoder.finish()
    }

    /// How many bytes at the end are the valid beginning of a character that is not complete.
    private static func incompleteTailLength(_ bytes: [UInt8]) -> Int {
        // A character has at most four bytes, so an incomplete one at most three.
        for length in 1...3 where length <= bytes.count {
            let lead = bytes[bytes.count - length]
            guard lead & 0b1100_0000 != 0b1000_0000 else { continue }
            return isIncomplete(Array(bytes.suffix(length))) ? length : 0
        }
        return 0
    }

    /// Whether `tail`, a lead byte and what follows it, may still become a character.
    private static func isIncomplete(_ tail: [UInt8]) -> Bool {
        let needed: Int
        switch tail[0] {
        case 0xC2...0xDF: needed = 2
        case 0xE0...0xEF: needed = 3
        case 0xF0...0xF4: needed = 4
        default: return false
        }
        guard tail.count < needed else { return false }
        // The second byte decides about overlong forms, surrogates and the end of Unicode.
        guard tail.count > 1 else { return true }
        switch (tail[0], tail[1]) {
        case (0xE0, ..<0xA0), (0xED, 0xA0...), (0xF0, ..<0x90), (0xF4, 0x90...): return false
        default: return true
        }
    }
}
