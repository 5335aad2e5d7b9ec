/// A message as bytes: its kind, the length of the rest as 4 bytes with the lowest first, the rest.
///
/// Samples are 32-bit floats, lowest byte first; every other message is lines of `name=value`.
extension DecoderMessage {
    /// Bytes before the rest.
    static let headByteCount = 5
    /// The longest rest there may be.
    static let mostByteCount = mostSamples * 4

    /// The whole message.
    package var frame: [UInt8] {
        if case .samples(let samples) = self { return Self.frame(samples: samples[...]) }
        let (kind, fields) = kindAndFields
        let body = fields.map { "\($0)=\(Self.printable($1))\n" }.joined()
        return Self.head(kind, byteCount: body.utf8.count) + Array(body.utf8)
    }

    /// A message of samples.
    package static func frame(samples: ArraySlice<Float>) -> [UInt8] {
        precondition(samples.count <= mostSamples)
        var bytes = head("s", byteCount: samples.count * 4)
        bytes.reserveCapacity(bytes.count + samples.count * 4)
        for sample in samples { bytes.append(littleEndian: sample.bitPattern) }
        return bytes
    }

    private static func head(_ kind: Character, byteCount: Int) -> [UInt8] {
        [kind.asciiValue ?? 0] + (0..<4).map { UInt8(truncatingIfNeeded: byteCount >> (8 * $0)) }
    }

    private var kindAndFields: (Character, KeyValuePairs<String, String>) {
        switch self {
        case .hello(let version):
            ("h", ["version": "\(version)"])
        case .opened(let media):
            (
                "o",
                [
                    "container": media.container, "codec": media.codec, "rate": "\(media.rate)",
                    "channels": "\(media.channelCount)", "track": "\(media.track)",
                    "tracks": "\(media.trackCount)", "resampler": media.resampler,
                    "decoder": media.decoder,
                ]
            )
        case .working:
            ("w", [:])
        case .duration(let sampleCount):
            ("d", ["samples": "\(sampleCount)"])
        case .samples:
            ("s", [:])
        case .ended(let summary):
            (
                "e",
                [
                    "samples": "\(summary.sampleCount)",
                    "truncated": summary.isTruncated ? "1" : "0",
                    "followed": summary.isFollowed ? "1" : "0",
                    "damaged": "\(summary.damageCount)", "first": "\(summary.firstDamage)",
                ]
            )
        case .failed(let failure):
            ("f", ["reason": failure.reason.rawValue, "detail": failure.detail])
        }
    }

    /// Names in a file are its maker's words: nothing that a terminal would obey, no second line.
    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(200).map { (" "..."~").contains($0) ? $0 : "?" }))
    }

    /// Reads a message; `nil` if the bytes are none.
    init?(kind: UInt8, body: ArraySlice<UInt8>) {
        if kind == UInt8(ascii: "s") {
            guard body.count % 4 == 0, !body.isEmpty else { return nil }
            let places = stride(from: body.startIndex, to: body.endIndex, by: 4)
            let samples = places.map { Float(bitPattern: body.littleEndian(at: $0)) }
            guard samples.allSatisfy(\.isFinite) else { return nil }
            self = .samples(samples)
            return
        }
        guard let fields = Fields(body) else { return nil }
        switch kind {
        case UInt8(ascii: "h"):
            guard let version = fields.count("version") else { return nil }
            self = .hello(version: version)
        case UInt8(ascii: "o"):
            guard let container = fields["container"], let codec = fields["codec"],
                let rate = fields.count("rate"), let channels = fields.count("channels"),
                let track = fields.count("track"), let tracks = fields.count("tracks"),
                let resampler = fields["resampler"], let decoder = fields["decoder"]
            else { return nil }
            self = .opened(
                MediaDescription(
                    container: container, codec: codec, rate: rate, channelCount: channels,
                    track: track, trackCount: tracks, resampler: resampler, decoder: decoder))
        case UInt8(ascii: "w"):
            self = .working
        case UInt8(ascii: "d"):
            guard let count = fields.count("samples") else { return nil }
            self = .duration(sampleCount: count)
        case UInt8(ascii: "e"):
            guard let count = fields.count("samples"), let truncated = fields.count("truncated"),
                let followed = fields.count("followed"), let damaged = fields.count("damaged"),
                let first = fields.count("first")
            else { return nil }
            self = .ended(
                DecodeSummary(
                    sampleCount: count, isTruncated: truncated != 0, isFollowed: followed != 0,
                    damageCount: damaged, firstDamage: first))
        case UInt8(ascii: "f"):
            guard let reason = fields["reason"].flatMap(DecodeFailure.Reason.init(rawValue:)),
                let detail = fields["detail"]
            else { return nil }
            self = .failed(DecodeFailure(reason, detail))
        default:
            return nil
        }
    }
}

/// Lines of `name=value` in printable ASCII.
private struct Fields {
    private var values: [Substring: Substring] = [:]

    init?(_ body: ArraySlice<UInt8>) {
        guard body.count <= 4096, body.allSatisfy({ $0 == 0x0A || (0x20...0x7E).contains($0) })
        else { return nil }
        for line in String(decoding: body, as: UTF8.self).split(separator: "\n") {
            guard let sign = line.firstIndex(of: "=") else { return nil }
            values[line[..<sign]] = line[line.index(after: sign)...]
        }
    }

    subscript(name: Substring) -> String? { values[name].map(String.init) }

    /// A number of samples, or of something that is rarer.
    func count(_ name: Substring) -> Int? {
        let range = 0...DecoderMessage.longestRecording
        return values[name].flatMap { Int($0) }.flatMap { range.contains($0) ? $0 : nil }
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: UInt32) {
        append(UInt8(truncatingIfNeeded: value))
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value >> 16))
        append(UInt8(truncatingIfNeeded: value >> 24))
    }
}

extension ArraySlice<UInt8> {
    fileprivate func littleEndian(at place: Int) -> UInt32 {
        let low = UInt32(self[place]) | UInt32(self[place + 1]) << 8
        let high = UInt32(self[place + 2]) | UInt32(self[place + 3]) << 8
        return low | high << 16
    }
}
