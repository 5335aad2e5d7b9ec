import FoundationEssentials

/// The table at the front of a safetensors file, checked against the size of the file.
///
/// Layout: 8 bytes little-endian header length, that many bytes of JSON (`name` to `dtype`, `shape`,
/// `data_offsets` counted from the end of the header), then the data.
/// Source: the format's description in the `safetensors` repository.
package struct SafetensorsHeader: Sendable {
    /// One tensor: its extents and its place in the file.
    package struct Entry: Hashable, Sendable {
        package let extents: [Int]
        package let elementType: ElementType
        /// Bytes from the start of the file.
        package let byteRange: Range<Int>
    }

    package let entries: [String: Entry]

    /// The longest header that is read; the released checkpoints need 90 kB.
    static let longestHeader = 64 << 20

    /// Reads the table from the first bytes of a file.
    ///
    /// - Parameters:
    ///   - start: the file's first bytes, at least header length + 8 of them (or the whole file).
    ///   - fileByteCount: the size of the whole file.
    ///   - path: for messages.
    /// - Throws: what is wrong with the header, named after `path`.
    package init(
        parsing start: Span<UInt8>, fileByteCount: Int, path: String
    ) throws(WeightFileError) {
        guard fileByteCount >= 8, start.count >= 8 else {
            throw .truncated(path: path, byteCount: fileByteCount, neededByteCount: 8)
        }
        var length: UInt64 = 0
        for index in 0..<8 { length |= UInt64(start[index]) << (8 * UInt64(index)) }
        guard length <= UInt64(Self.longestHeader) else {
            throw .malformedHeader(
                path: path, reason: "its header claims \(length) bytes, more than any real one")
        }
        let dataStart = 8 + Int(length)
        guard dataStart <= fileByteCount, dataStart <= start.count else {
            throw .truncated(path: path, byteCount: fileByteCount, neededByteCount: dataStart)
        }
        var json = Data(capacity: Int(length))
        for index in 8..<dataStart { json.append(start[index]) }
        let table: Table
        do {
            table = try JSONDecoder().decode(Table.self, from: json)
        } catch {
            throw .malformedHeader(path: path, reason: "its header is not the expected JSON")
        }
        entries = try Self.check(
            table.tensors, dataStart: dataStart, fileByteCount: fileByteCount, path: path)
    }

    private static func check(
        _ tensors: [String: RawEntry], dataStart: Int, fileByteCount: Int, path: String
    ) throws(WeightFileError) -> [String: Entry] {
        var checked: [String: Entry] = [:]
        checked.reserveCapacity(tensors.count)
        var neededByteCount = dataStart
        for (name, raw) in tensors {
            func malformed(_ reason: String) -> WeightFileError {
                .malformedHeader(path: path, reason: "tensor '\(name)' \(reason)")
            }
            guard let elementType = ElementType(rawValue: raw.dtype) else {
                throw .unsupportedElementType(path: path, tensor: name, found: raw.dtype)
            }
            guard raw.shape.allSatisfy({ $0 >= 0 }) else {
                throw malformed("has a negative extent")
            }
            var byteCount = elementType.byteCount
            for extent in raw.shape {
                let (product, overflow) = byteCount.multipliedReportingOverflow(by: extent)
                guard !overflow else { throw malformed("is larger than any file") }
                byteCount = product
            }
            guard raw.dataOffsets.count == 2 else { throw malformed("has no pair of offsets") }
            let (begin, end) = (raw.dataOffsets[0], raw.dataOffsets[1])
            guard begin >= 0, begin <= end else { throw malformed("ends before it begins") }
            guard end - begin == byteCount else {
                throw malformed("takes \(end - begin) bytes where its shape needs \(byteCount)")
            }
            let (fileEnd, overflow) = end.addingReportingOverflow(dataStart)
            guard !overflow else { throw malformed("is larger than any file") }
            neededByteCount = max(neededByteCount, fileEnd)
            checked[name] = Entry(
                extents: raw.shape, elementType: elementType,
                byteRange: (begin + dataStart)..<fileEnd)
        }
        guard neededByteCount <= fileByteCount else {
            throw .truncated(
                path: path, byteCount: fileByteCount, neededByteCount: neededByteCount)
        }
        try checkOrder(checked, dataStart: dataStart, fileByteCount: fileByteCount, path: path)
        return checked
    }

    /// Every byte of the data belongs to one tensor: so the format demands, and so an offset that was
    /// damaged shows.
    private static func checkOrder(
        _ entries: [String: Entry], dataStart: Int, fileByteCount: Int, path: String
    ) throws(WeightFileError) {
        func malformed(_ reason: String) -> WeightFileError {
            .malformedHeader(path: path, reason: reason)
        }
        let ordered = entries.sorted {
            let (first, second) = ($0.value.byteRange, $1.value.byteRange)
            return (first.lowerBound, first.upperBound) < (second.lowerBound, second.upperBound)
        }
        var (end, before) = (dataStart, "")
        for (name, entry) in ordered {
            let start = entry.byteRange.lowerBound
            guard start >= end else { throw malformed("tensors '\(before)' and '\(name)' overlap") }
            guard start == end else {
                throw malformed("\(start - end) bytes before tensor '\(name)' belong to none")
            }
            (end, before) = (entry.byteRange.upperBound, name)
        }
        guard end == fileByteCount else {
            throw malformed("\(fileByteCount - end) bytes at its end belong to no tensor")
        }
    }

    /// The JSON as it stands; `__metadata__` holds strings and is skipped.
    private struct Table: Decodable {
        var tensors: [String: RawEntry] = [:]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            for key in container.allKeys where key.stringValue != "__metadata__" {
                tensors[key.stringValue] = try container.decode(RawEntry.self, forKey: key)
            }
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private struct RawEntry: Decodable {
        let dtype: String
        let shape: [Int]
        let dataOffsets: [Int]

        enum CodingKeys: String, CodingKey {
            case dtype, shape
            case dataOffsets = "data_offsets"
        }
    }
}
