/// The header of a WAV file of 16 kHz, mono, 16 bit.
enum WaveFile {
    static let headerByteCount = 44

    /// - Parameter sampleCount: beyond 2 GiB sizes stand at their largest, which readers take for unknown.
    static func header(sampleCount: Int) -> [UInt8] {
        let byteCount = sampleCount * 2
        return Array("RIFF".utf8) + bytes(byteCount + headerByteCount - 8, 4)
            + Array("WAVEfmt ".utf8)
            + bytes(16, 4) + bytes(1, 2) + bytes(1, 2) + bytes(16000, 4) + bytes(32000, 4)
            + bytes(2, 2) + bytes(16, 2) + Array("data".utf8) + bytes(byteCount, 4)
    }

    private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
        let value = min(value, Int(UInt32.max))
        return (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    /// Samples in -1...1 from bytes.
    static func samples(_ bytes: [UInt8]) -> [Float] {
        (0..<bytes.count / 2).map { index in
            let value = Int16(
                truncatingIfNeeded: Int(bytes[2 * index]) | Int(bytes[2 * index + 1]) << 8)
            return Float(value) / 32767
        }
    }

    /// Samples as bytes, lowest first.
    static func bytes(_ samples: [Int16]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(samples.count * 2)
        for sample in samples {
            bytes.append(UInt8(truncatingIfNeeded: sample))
            bytes.append(UInt8(truncatingIfNeeded: sample >> 8))
        }
        return bytes
    }
}
