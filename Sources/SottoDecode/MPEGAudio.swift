/// One frame of MPEG audio by its first four bytes.
enum MPEGAudioFrame {
    private static let rates = [44100, 48000, 32000]
    /// kbit/s of layers 1 to 3 of MPEG 1, then of layer 1 and of the others of MPEG 2.
    private static let bitRates: [[Int]] = [
        [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
        [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
        [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
        [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
    ]

    /// Bytes of the whole frame; `nil` if these bytes begin none, or one of a free bit rate.
    ///
    /// Source: ISO/IEC 11172-3, section 2.4.2.3, and 13818-3.
    static func byteCount(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] >> 5 == 7 else { return nil }
        let version = Int(bytes[1] >> 3 & 3)
        let layer = 4 - Int(bytes[1] >> 1 & 3)
        let (rateIndex, bitRateIndex) = (Int(bytes[2] >> 2 & 3), Int(bytes[2] >> 4))
        guard version != 1, layer < 4, rateIndex < 3, (1..<15).contains(bitRateIndex) else {
            return nil
        }
        let isFirst = version == 3
        let rate = rates[rateIndex] >> (isFirst ? 0 : version == 2 ? 1 : 2)
        let table = isFirst ? layer - 1 : layer == 1 ? 3 : 4
        let bitRate = bitRates[table][bitRateIndex] * 1000
        let padding = Int(bytes[2] >> 1 & 1)
        if layer == 1 { return (12 * bitRate / rate + padding) * 4 }
        return (layer == 3 && !isFirst ? 72 : 144) * bitRate / rate + padding
    }
}

/// The first frame of an MP3 that most encoders write: how many frames and bytes follow.
///
/// Source: the layout of LAME's "Xing" and "Info" headers. Headers that lie are common, so a file is
/// called incomplete only if both numbers say so.
struct MP3Header {
    private let frameCount: Int
    private let byteCount: Int
    /// Where its own frame begins.
    private let start: Int

    init?(_ input: MediaInput) {
        let sound = Tags.byteCount(at: 0, input) ?? 0
        let bytes = input.bytes(at: sound, count: 4096)
        let names = ["Xing", "Info"].map { Array($0.utf8) }
        let places = stride(from: 0, to: max(0, bytes.count - 16), by: 1)
        guard
            let name = places.first(where: { at in names.contains { bytes[at...].starts(with: $0) }
            }
            ), bytes[name + 7] & 3 == 3
        else { return nil }
        frameCount = input.bigEndian(at: sound + name + 8, byteCount: 4)
        byteCount = input.bigEndian(at: sound + name + 12, byteCount: 4)
        start = sound + (bytes[..<name].lastIndex(of: 0xFF) ?? 0)
    }

    /// - Parameters:
    ///   - frames: found in the file, without the header's own.
    ///   - end: where the last of them ends.
    func isUnmet(frames: Int, end: Int) -> Bool {
        frames < frameCount && end - start < byteCount
    }
}
