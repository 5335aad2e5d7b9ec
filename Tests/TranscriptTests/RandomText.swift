/// Reproducible texts of characters that rules look at, between others (SplitMix64).
struct RandomText {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(below limit: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(limit))
    }

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
