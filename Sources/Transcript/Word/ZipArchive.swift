/// A ZIP archive of files that are stored as they are. Its bytes depend on nothing else: no clock, no system.
///
/// Source: APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16.
struct ZipArchive {
    private var files: [UInt8] = []
    private var directory: [UInt8] = []
    private var count: UInt16 = 0
    /// Version 2.0; bit 11: names are UTF-8; stored; 1 January 1980.
    private static let fields: [UInt16] = [20, 1 << 11, 0, 0, 1 << 5 | 1]

    /// Adds a file; all together stay below 4 GiB.
    mutating func add(_ name: String, _ content: [UInt8]) {
        precondition(files.count + content.count < 1 << 31, "a ZIP archive without 64-bit fields")
        let offset = UInt32(files.count)
        var common = Self.fields.flatMap(bytes)
        common += bytes(Self.checksum(content))
        common += bytes(UInt32(content.count)) + bytes(UInt32(content.count))
        common += bytes(UInt16(name.utf8.count)) + bytes(UInt16(0))
        files += bytes(UInt32(0x0403_4B50)) + common + Array(name.utf8) + content
        directory += bytes(UInt32(0x0201_4B50)) + bytes(UInt16(20)) + common
        // No comment, first disk, no attributes.
        directory += Array(repeating: 0, count: 10) + bytes(offset) + Array(name.utf8)
        count += 1
    }

    /// The whole archive.
    var data: [UInt8] {
        var end = bytes(UInt32(0x0605_4B50)) + bytes(UInt32(0))
        end += bytes(count) + bytes(count) + bytes(UInt32(directory.count))
        end += bytes(UInt32(files.count)) + bytes(UInt16(0))
        return files + directory + end
    }

    /// CRC-32 with the polynomial 0xEDB88320.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value >> 1 ^ (value & 1) * 0xEDB8_8320 }
    }
}

/// Lowest first.
private func bytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    stride(from: 0, to: Value.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: value >> $0) }
}
