/// What the bytes of a file say about its end where FFmpeg does not tell.
enum FileEnd {
    /// Whether a file of this container ends in the middle of something.
    static func isMissing(_ input: MediaInput, container: String) -> Bool {
        switch container {
        case "ogg": endsInsidePage(input)
        case "matroska,webm": endsInsideElement(input)
        // Packets of a fixed length; with a time stamp or with a checksum they are longer.
        case "mpegts": ![188, 192, 204].contains { input.byteCount % $0 == 0 }
        default: false
        }
    }

    /// An Ogg page says in its header how long it is (RFC 3533, section 6).
    private static func endsInsidePage(_ input: MediaInput) -> Bool {
        let (head, longest) = (27, 27 + 255 + 255 * 255)
        let start = max(0, input.byteCount - longest)
        let tail = input.bytes(at: start, count: input.byteCount - start)
        let capture = Array("OggS".utf8) + [0]
        let places = stride(from: tail.count - capture.count, through: 0, by: -1)
        guard let page = places.first(where: { tail[$0...].starts(with: capture) }),
            page + head <= tail.count
        else { return true }
        let segmentCount = Int(tail[page + head - 1])
        let body = page + head + segmentCount
        guard body <= tail.count else { return true }
        return tail[page + head..<body].reduce(body) { $0 + Int($1) } > tail.count
    }
}

extension FileEnd {
    private static let segment = 0x1853_8067
    private static let cluster = 0x1F43_B675

    /// Every EBML element says how long it is, or that it is open-ended (RFC 8794, section 6).
    private static func endsInsideElement(_ input: MediaInput) -> Bool {
        var place = 0
        while place < input.byteCount {
            let head = input.bytes(at: place, count: 12)
            guard let id = number(head[...], keepsMarker: true),
                let size = number(head.dropFirst(id.byteCount), keepsMarker: false)
            else { return true }
            place += id.byteCount + size.byteCount
            let isOpen = size.value == 1 << (7 * size.byteCount) - 1
            if isOpen && [segment, cluster].contains(id.value) { continue }
            guard !isOpen, size.value <= input.byteCount - place else { return true }
            place += size.value
        }
        return false
    }

    /// A number whose first byte tells its length by its leading zeros.
    private static func number(
        _ bytes: ArraySlice<UInt8>, keepsMarker: Bool
    ) -> (value: Int, byteCount: Int)? {
        guard let first = bytes.first, first != 0 else { return nil }
        let count = first.leadingZeroBitCount + 1
        guard bytes.count >= count else { return nil }
        let start = keepsMarker ? Int(first) : Int(first) & (0xFF >> count)
        return (bytes.dropFirst().prefix(count - 1).reduce(start) { $0 << 8 | Int($1) }, count)
    }
}

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
    private let available: Int

    init?(_ input: MediaInput) {
        let start = Self.tagByteCount(input)
        let bytes = input.bytes(at: start, count: 4096)
        let names = ["Xing", "Info"].map { Array($0.utf8) }
        let places = stride(from: 0, to: max(0, bytes.count - 16), by: 1)
        guard
            let name = places.first(where: { at in names.contains { bytes[at...].starts(with: $0) }
            }
            ), bytes[name + 7] & 3 == 3
        else { return nil }
        frameCount = Self.bigEndian(bytes[(name + 8)..<(name + 12)])
        byteCount = Self.bigEndian(bytes[(name + 12)..<(name + 16)])
        let frame = bytes[..<name].lastIndex(of: 0xFF) ?? 0
        available = input.byteCount - start - frame
    }

    /// - Parameter frames: found in the file, without the header's own.
    func isUnmet(frames: Int) -> Bool {
        frames < frameCount && available < byteCount
    }

    /// Bytes of an ID3v2 tag at the front.
    private static func tagByteCount(_ input: MediaInput) -> Int {
        let head = input.bytes(at: 0, count: 10)
        guard head.count == 10, head.starts(with: Array("ID3".utf8)) else { return 0 }
        return head[6...].reduce(0) { $0 << 7 | Int($1 & 0x7F) } + 10
    }

    private static func bigEndian(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reduce(0) { $0 << 8 | Int($1) }
    }
}
