/// libFuzzer's entry: any bytes as the front of a weight file. A refusal is fine; a trap is not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    for claimed in [count, count &* 3, 1 << 40] {
        do {
            let header = try SafetensorsHeader(
                parsing: bytes.span, fileByteCount: claimed, path: "f")
            for entry in header.entries.values {
                precondition(entry.byteRange.upperBound <= claimed)
                let values = entry.extents.reduce(1, *)
                precondition(entry.byteRange.count == values * entry.elementType.byteCount)
            }
        } catch {
            precondition(!error.description.isEmpty)
        }
    }
    return 0
}
