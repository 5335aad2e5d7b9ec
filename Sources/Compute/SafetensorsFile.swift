/// A memory-mapped safetensors file whose header has been checked.
package struct SafetensorsFile: Sendable {
    package let path: String
    /// By name, as stored.
    package let tensors: [String: StoredTensor]

    /// Maps the file and reads its header; the data is read when it is used.
    package init(path: String) throws(WeightFileError) {
        let bytes = try WeightBytes(mapping: path)
        let header = try bytes.header(path: path)
        self.path = path
        tensors = Dictionary(
            uniqueKeysWithValues: header.entries.map { name, entry in
                let tensor = StoredTensor(
                    name: name, extents: entry.extents, elementType: entry.elementType,
                    bytes: bytes, offset: entry.byteRange.lowerBound)
                return (name, tensor)
            })
    }
}

extension WeightBytes {
    fileprivate func header(path: String) throws(WeightFileError) -> SafetensorsHeader {
        // Safety: `base` is the start of `count` mapped bytes, which outlive this call.
        try unsafe SafetensorsHeader(
            parsing: Span(_unsafeStart: base.assumingMemoryBound(to: UInt8.self), count: count),
            fileByteCount: count, path: path)
    }
}
