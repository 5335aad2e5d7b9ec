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

    init(_ input: MediaInput) {
        // Of 188 bytes, with a time stamp before them, or with a checksum behind.
        let forms = [(size: 188, place: 0), (size: 192, place: 4), (size: 204, place: 0)]
        let form = forms.max {
            Self.signCount(input, $0.size, $0.place) < Self.signCount(input, $1.size, $1.place)
        }
        let (size, place) = form ?? (188, 0)
        isCut = input.byteCount % size != 0
        var isDamaged = false
        for start in stride(from: 0, to: input.byteCount, by: size * 4096) {
            let block = input.bytes(at: start, count: size * 4096)
            for packet in stride(from: place, to: block.count, by: size) {
                let wasDamaged = isDamaged
                isDamaged = block[packet] != Self.sign
                guard isDamaged, !wasDamaged else { continue }
                if damageCount == 0 { firstDamage = start + packet }
                damageCount += 1
            }
        }
    }

    /// Packets at the front that begin as they should if they have this form.
    private static func signCount(_ input: MediaInput, _ size: Int, _ place: Int) -> Int {
        let bytes = input.bytes(at: 0, count: size * 1024)
        return stride(from: place, to: bytes.count, by: size).count { bytes[$0] == sign }
    }
}
