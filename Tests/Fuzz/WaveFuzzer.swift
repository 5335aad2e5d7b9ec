/// libFuzzer's entry: any bytes as a WAV file. A refusal is fine; a trap is not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    do {
        let reader = try WaveReader(FuzzBytes(bytes), path: "f")
        var sampleCount = 0
        while let block = try reader.next() {
            sampleCount += block.count
            precondition(block.allSatisfy(\.isFinite))
        }
        precondition(sampleCount <= 16 * count + 16)
    } catch {
        precondition(!error.description.isEmpty)
    }
    return 0
}

private final class FuzzBytes: ByteSource {
    private var bytes: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
    }

    func read(_ count: Int) -> [UInt8] {
        defer { bytes = bytes.dropFirst(count) }
        return Array(bytes.prefix(count))
    }
}
