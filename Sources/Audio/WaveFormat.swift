/// How the samples of a WAV file are stored.
package struct WaveFormat: Hashable, Sendable {
    package enum Encoding: Hashable, Sendable {
        case unsigned8, signed16, signed24, signed32, float32, float64

        var byteCount: Int {
            switch self {
            case .unsigned8: 1
            case .signed16: 2
            case .signed24: 3
            case .signed32, .float32: 4
            case .float64: 8
            }
        }
    }

    package let encoding: Encoding
    package let channelCount: Int
    /// Hz
    package let rate: Int

    /// Bytes of one sample of every channel.
    package var frameByteCount: Int { encoding.byteCount * channelCount }

    /// Reads the body of a `fmt ` chunk.
    init(chunk: [UInt8], path: String) throws(AudioError) {
        func malformed(_ reason: String) -> AudioError {
            .malformedHeader(path: path, reason: reason)
        }
        guard chunk.count >= 16 else { throw malformed("its format chunk is too short") }
        var tag = Int(chunk.integer(at: 0, byteCount: 2))
        channelCount = Int(chunk.integer(at: 2, byteCount: 2))
        rate = Int(chunk.integer(at: 4, byteCount: 4))
        let blockAlign = Int(chunk.integer(at: 12, byteCount: 2))
        let bits = Int(chunk.integer(at: 14, byteCount: 2))
        if tag == 0xFFFE {
            guard chunk.count >= 40 else { throw malformed("its format chunk is too short") }
            // The sub-format is a GUID that begins with a plain format tag.
            tag = Int(chunk.integer(at: 24, byteCount: 2))
        }
        switch (tag, bits) {
        case (1, 8): encoding = .unsigned8
        case (1, 16): encoding = .signed16
        case (1, 24): encoding = .signed24
        case (1, 32): encoding = .signed32
        case (3, 32): encoding = .float32
        case (3, 64): encoding = .float64
        case (1, _), (3, _): throw malformed("it claims \(bits) bits a sample")
        default:
            throw .unsupportedEncoding(path: path, found: Self.names[tag] ?? "type \(tag)")
        }
        guard (1000...768_000).contains(rate) else { throw malformed("it claims \(rate) Hz") }
        guard (1...8).contains(channelCount) else {
            throw malformed("it claims \(channelCount) channels, and 1 to 8 are supported")
        }
        guard blockAlign == frameByteCount else {
            throw malformed(
                "it claims \(blockAlign) bytes for \(channelCount) samples of \(bits) bits")
        }
    }

    /// Whether the first bytes of a file are those of a WAV file of plain samples: the ones that are
    /// read here, whatever else may be wrong with it.
    package static func isPlain(_ start: [UInt8]) -> Bool {
        guard start.count >= 12, ["RIFF", "RF64"].contains(start.fourCharacters(at: 0)),
            start.fourCharacters(at: 8) == "WAVE"
        else { return false }
        var place = 12
        while place + 8 <= start.count {
            let size = Int(start.integer(at: place + 4, byteCount: 4))
            if start.fourCharacters(at: place) == "fmt " {
                let body = place + 8
                guard body + 2 <= start.count else { return true }
                var tag = start.integer(at: body, byteCount: 2)
                if tag == 0xFFFE, size >= 40, body + 40 <= start.count {
                    tag = start.integer(at: body + 24, byteCount: 2)
                }
                return tag == 1 || tag == 3
            }
            place += 8 + size + size % 2
        }
        // A short one that is cut is damaged, and says so; in a long one the format may come later.
        return start.count < place
    }

    /// Names of the encodings that are not read here.
    private static let names = [
        0x02: "MS ADPCM", 0x06: "A-law", 0x07: "µ-law", 0x11: "IMA ADPCM", 0x31: "GSM 6.10",
        0x50: "MPEG", 0x55: "MP3", 0xFF: "AAC", 0xF1AC: "FLAC",
    ]

    /// Decodes whole frames and mixes them down: the mean over the channels.
    ///
    /// Integers are divided by half their range, so 16-bit samples become `value / 32768`.
    func monoSamples(_ bytes: [UInt8]) -> [Float] {
        let width = encoding.byteCount
        return stride(from: 0, to: bytes.count - frameByteCount + 1, by: frameByteCount).map {
            frame in
            var total = 0.0
            for channel in 0..<channelCount {
                total += sample(bytes.integer(at: frame + channel * width, byteCount: width))
            }
            return Float(total / Double(channelCount))
        }
    }

    private func sample(_ bits: UInt64) -> Double {
        switch encoding {
        case .unsigned8: (Double(bits) - 128) / 128
        case .signed16: Double(Int16(truncatingIfNeeded: bits)) / 0x1p15
        case .signed24: Double(Int32(truncatingIfNeeded: bits << 8)) / 0x1p31
        case .signed32: Double(Int32(truncatingIfNeeded: bits)) / 0x1p31
        case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case .float64: Double(bitPattern: bits)
        }
    }
}

extension [UInt8] {
    /// A little-endian number; the bytes must be there.
    func integer(at offset: Int, byteCount: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in 0..<byteCount { value |= UInt64(self[offset + index]) << (8 * UInt64(index)) }
        return value
    }

    /// Four characters, as chunk names are written.
    func fourCharacters(at offset: Int) -> String {
        String(decoding: self[offset..<offset + 4], as: Unicode.ASCII.self)
    }
}
