import Foundation

/// Damage to a file, the same for the same number and name.
package struct Mutation {
    package enum Kind: CaseIterable {
        /// Single bits anywhere, and in the first 512 bytes, where headers lie.
        case flippedBits, flippedHeaderBits
        /// The end is missing; a piece of the middle is missing.
        case cut, hole
        case swappedBlocks, zeroedBlock
        /// A number of 32 bits becomes the largest, the largest signed, the smallest, or zero.
        case hugeNumber
    }

    /// How many damaged copies of a file a test tries: `SOTTO_MUTATIONS`, or its own number.
    package static func count(usually number: Int) -> Int {
        ProcessInfo.processInfo.environment["SOTTO_MUTATIONS"].flatMap(Int.init) ?? number
    }

    package let kind: Kind
    private let seed: UInt64

    package init(number: Int, name: String) {
        kind = Kind.allCases[number % Kind.allCases.count]
        // FNV-1a
        seed = "\(name) \(number)".utf8.reduce(0xCBF2_9CE4_8422_2325) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
    }

    /// A damaged copy of `bytes`, which hold at least 64.
    package func applied(to bytes: [UInt8]) -> [UInt8] {
        var random = SplitMix64(state: seed)
        var result = bytes
        func place(_ limit: Int) -> Int { Int.random(in: 0..<max(1, limit), using: &random) }
        switch kind {
        case .flippedBits, .flippedHeaderBits:
            let limit = kind == .flippedBits ? bytes.count : min(512, bytes.count)
            for _ in 0...place(16) { result[place(limit)] ^= 1 << UInt8(place(8)) }
        case .cut:
            result.removeLast(1 + place(bytes.count - 1))
        case .hole:
            let start = place(bytes.count - 1)
            result.removeSubrange(start..<min(bytes.count, start + 1 + place(bytes.count / 4)))
        case .swappedBlocks:
            let size = 1 + place(min(4096, bytes.count / 4))
            let (first, second) = (
                place(bytes.count / 2 - size), bytes.count / 2 + place(bytes.count / 2 - size)
            )
            for index in 0..<size { result.swapAt(first + index, second + index) }
        case .zeroedBlock:
            let start = place(bytes.count - 1)
            for index in start..<min(bytes.count, start + 1 + place(4096)) { result[index] = 0 }
        case .hugeNumber:
            let numbers: [[UInt8]] = [
                [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F],
                [0x80, 0, 0, 0], [0, 0, 0, 0x80], [0, 0, 0, 0],
            ]
            let start = place(min(1024, bytes.count) - 4)
            result.replaceSubrange(start..<start + 4, with: numbers[place(numbers.count)])
        }
        return result
    }
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
package struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    package init(state: UInt64) {
        self.state = state
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
