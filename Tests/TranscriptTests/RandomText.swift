import TestSupport

/// Reproducible texts of characters that rules look at, between others (SplitMix64).
struct RandomText {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(state: seed) }

    mutating func next(below limit: Int) -> Int { Int(random.next() % UInt64(limit)) }

    /// Up to 40 pieces, most of them one of `pieces`, the others any common Chinese character or one of Latin.
    mutating func text(of pieces: [String]) -> String {
        let count = next(below: 40)
        return (0..<count).map { _ in
            switch next(below: 10) {
            case 0..<6: return pieces[next(below: pieces.count)]
            case 6..<9:
                let han = Unicode.Scalar(UInt32(0x4E00 + next(below: 0x5000))) ?? "一"
                return String(Character(han))
            default: return ["a", " ", "，", "。", "1", "の", "é", "🙂"][next(below: 8)]
            }
        }.joined()
    }
}
