/// The 256 characters that stand for bytes in the vocabulary files.
///
/// Printable Latin-1 characters stand for themselves; the other 68 bytes, in increasing order, take
/// the characters from U+0100 on (a space is U+0120).
enum ByteAlphabet {
    /// The byte each character from U+0000 to U+0143 stands for; -1 for those that stand for none.
    private static let byteOfScalar: [Int16] = {
        var table = [Int16](repeating: -1, count: 0x144)
        var next = 0x100
        for byte in 0..<256 {
            let isPrintable = (0x21...0x7E).contains(byte) || (0xA1...0xFF).contains(byte)
            if isPrintable && byte != 0xAD {
                table[byte] = Int16(byte)
            } else {
                table[next] = Int16(byte)
                next += 1
            }
        }
        return table
    }()

    /// The bytes that a vocabulary entry stands for; `nil` if a character stands for none.
    static func bytes(of entry: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(entry.utf8.count)
        for scalar in entry.unicodeScalars {
            guard scalar.value < byteOfScalar.count else { return nil }
            let byte = byteOfScalar[Int(scalar.value)]
            guard byte >= 0 else { return nil }
            bytes.append(UInt8(byte))
        }
        return bytes
    }
}
