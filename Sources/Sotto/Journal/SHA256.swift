/// The hash function SHA-256.
///
/// Source: FIPS 180-4.
struct SHA256 {
    private var state: [UInt32] = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
        0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]
    private var pending: [UInt8] = []
    private var byteCount = 0

    /// Takes more of the message.
    mutating func update(_ bytes: some Sequence<UInt8>) {
        let before = pending.count
        pending += bytes
        byteCount += pending.count - before
        let whole = pending.count / 64 * 64
        for start in stride(from: 0, to: whole, by: 64) { compress(start) }
        pending.removeFirst(whole)
    }

    /// The hash of everything taken, in hexadecimal.
    mutating func finish() -> String {
        let bitCount = UInt64(byteCount) * 8
        update([0x80] + [UInt8](repeating: 0, count: (119 - byteCount % 64) % 64))
        update((0..<8).map { UInt8(truncatingIfNeeded: bitCount >> (56 - 8 * $0)) })
        return state.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    /// Takes the 64 bytes of `pending` from `start` on.
    private mutating func compress(_ start: Int) {
        var words = InlineArray<64, UInt32>(repeating: 0)
        for index in 0..<16 {
            words[index] = (0..<4).reduce(0) { $0 << 8 | UInt32(pending[start + 4 * index + $1]) }
        }
        for index in 16..<64 {
            let (early, late) = (words[index - 15], words[index - 2])
            let mixed = Self.rotate(early, 7) ^ Self.rotate(early, 18) ^ early >> 3
            let other = Self.rotate(late, 17) ^ Self.rotate(late, 19) ^ late >> 10
            words[index] = words[index - 16] &+ mixed &+ words[index - 7] &+ other
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in 0..<64 {
            let sum = Self.rotate(e, 6) ^ Self.rotate(e, 11) ^ Self.rotate(e, 25)
            let first = h &+ sum &+ (e & f ^ ~e & g) &+ Self.constants[index] &+ words[index]
            let other = Self.rotate(a, 2) ^ Self.rotate(a, 13) ^ Self.rotate(a, 22)
            let second = other &+ (a & b ^ a & c ^ b & c)
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
        }
        for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= value }
    }

    private static func rotate(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word >> count | word << (32 - count)
    }

    /// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = {
        let primes = (2...311).filter { number in
            !(2..<number).contains { number % $0 == 0 }
        }
        return primes.map { prime in
            // The largest integer whose cube is at most prime * 2^96, by bisection; its low half.
            var (low, high) = (UInt64(0), UInt64(1) << 35)
            while high - low > 1 {
                let middle = (low + high) / 2
                let square = middle.multipliedFullWidth(by: middle)
                let cube = UInt128(square.high) << 64 | UInt128(square.low)
                if cube * UInt128(middle) <= UInt128(prime) << 96 {
                    low = middle
                } else {
                    high = middle
                }
            }
            return UInt32(truncatingIfNeeded: low)
        }
    }()
}

extension SHA256 {
    /// The hash of a text and some bytes after it.
    static func of(_ text: String, _ bytes: some Sequence<UInt8>) -> String {
        var hash = SHA256()
        hash.update(text.utf8)
        hash.update(bytes)
        return hash.finish()
    }

    /// The hash of sound: of the bits of its samples, lowest byte first.
    static func of(_ samples: [Float]) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * samples.count)
        for sample in samples {
            let bits = sample.bitPattern
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
        }
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }
}
