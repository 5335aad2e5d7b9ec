/// The packets of an MPEG transport stream: of one length, and each begins with the same sign. FFmpeg
/// leaves out what lies between them and does not say so.
///
/// Source: ISO/IEC 13818-1, section 2.4.3.2.
struct TransportPackets {
    /// Whether the last packet is cut.
    let isCut: Bool
    /// Pieces of the file that are no packets.
    private(set) var damageCount = 0
    /// Where the first of them lies, in bytes.
    private(set) var firstDamage = 0

    private static let sign = UInt8(0x47)
    /// Packets that must follow each other for their beginning to be believed.
    private static let proof = 4

    init(_ input: MediaInput) {
        // With a time stamp before each they are longer, or with a checksum behind.
        let starts = [188, 192, 204].compactMap { size in
            Self.start(in: input, from: 0, size: size).map { (size: size, place: $0) }
        }
        guard let (size, first) = starts.min(by: { $0.place < $1.place }) else {
            isCut = false
            return
        }
        var place = first
        while place + size <= input.byteCount {
            let block = input.bytes(at: place, count: size * 4096)
            let places = stride(from: 0, to: block.count - size + 1, by: size)
            guard let slip = places.first(where: { block[$0] != Self.sign }) else {
                place += block.count / size * size
                if block.count < size * 4096 { break }
                continue
            }
            if damageCount == 0 { firstDamage = place + slip }
            damageCount += 1
            guard let next = Self.start(in: input, from: place + slip, size: size) else { break }
            place = next
        }
        // A time stamp stands before the sign, so there is none behind the last packet.
        let last = size == 192 ? 188 : 0
        isCut = damageCount == 0 && ![0, last].contains(input.byteCount - place)
    }

    /// Where packets of a size begin, from a place on.
    private static func start(in input: MediaInput, from place: Int, size: Int) -> Int? {
        var place = place
        while case let block = input.bytes(at: place, count: 1 << 16), block.count >= proof * size {
            let candidates = 0...block.count - proof * size
            let found = candidates.first { first in
                (0..<proof).allSatisfy { block[first + $0 * size] == sign }
            }
            if let found { return place + found }
            place += candidates.count
        }
        return nil
    }
}
