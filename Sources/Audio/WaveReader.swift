/// Reads a WAV file, front to back, as 16 kHz mono samples.
///
/// RIFF and RF64, PCM of 8, 16, 24 and 32 bits and float of 32 and 64, 1 kHz to 768 kHz, 1 to 8
/// channels. Memory does not grow with the length of the file. Channels are mixed down before the
/// rate is changed.
package final class WaveReader: SampleSource {
    package let format: WaveFormat
    package let expectedSampleCount: Int?
    package var flaws: [RecordingFlaw] {
        (isTruncated ? [.truncated] : []) + (isFollowed ? [.followed] : [])
            + (hasChanged() ? [.changed] : [])
    }

    private var isTruncated = false
    private var isFollowed = false
    private let hasChanged: () -> Bool
    private let source: any ByteSource
    private let path: String
    private var resampler: Resampler?
    /// Bytes of sound still to come; `nil` where the writer did not know.
    private var remaining: Int?
    /// Bytes of sound in all.
    private let byteCount: Int
    private var isAtEnd = false
    private var hasSamples = false

    /// Reads the header.
    ///
    /// - Parameters:
    ///   - path: for messages.
    ///   - hasChanged: asked at the end, whether somebody wrote to the source.
    package init(
        _ source: any ByteSource, path: String, hasChanged: @escaping () -> Bool = { false }
    ) throws(AudioError) {
        var header = WaveHeader(source: source, path: path)
        let found = try header.read()
        self.source = source
        self.path = path
        self.hasChanged = hasChanged
        format = found.format
        remaining = found.byteCount
        byteCount = found.byteCount ?? 0
        resampler = format.rate == 16000 ? nil : Resampler(from: format.rate)
        let rate = format.rate
        expectedSampleCount = found.byteCount.map { byteCount in
            let frames = byteCount / found.format.frameByteCount
            return Int((Double(frames) * 16000 / Double(rate)).rounded(.up))
        }
    }

    package func next() throws(AudioError) -> [Float]? {
        guard !isAtEnd else { return nil }
        // Half a second, in whole frames.
        let block = max(1, format.rate / 2) * format.frameByteCount
        let wanted = min(block, remaining ?? block)
        let bytes = try source.read(wanted)
        remaining = remaining.map { $0 - bytes.count }
        isAtEnd = bytes.count < wanted || remaining == 0
        if isAtEnd, let remaining {
            isTruncated = remaining > 0
            if remaining == 0 {
                let header = WaveHeader(source: source, path: path)
                isFollowed = (try? header.hasMore(afterOddByte: byteCount % 2 != 0)) ?? false
            }
        }
        let samples = format.monoSamples(bytes)
        hasSamples = hasSamples || !samples.isEmpty
        guard hasSamples else { throw .noSamples(path: path) }
        guard samples.allSatisfy(\.isFinite) else { throw .notFinite(path: path) }
        guard resampler != nil else { return samples }
        let output = resampler?.append(samples) ?? []
        return isAtEnd ? output + (resampler?.finish() ?? []) : output
    }
}

/// The chunks before the sound.
private struct WaveHeader {
    let source: any ByteSource
    let path: String

    /// The format of the sound and its bytes; `nil` bytes where the writer did not know.
    mutating func read() throws(AudioError) -> (format: WaveFormat, byteCount: Int?) {
        let start = try source.read(12)
        guard !start.isEmpty else { throw .empty(path: path) }
        guard start.count == 12, ["RIFF", "RF64"].contains(start.fourCharacters(at: 0)),
            start.fourCharacters(at: 8) == "WAVE"
        else { throw .notWAV(path: path, found: FileSignature.name(start)) }
        // A writer to a pipe cannot go back to fill in sizes.
        let isStream = [0, 0xFFFF_FFFF].contains(start.integer(at: 4, byteCount: 4))
        var format: WaveFormat?
        var longByteCount: Int?
        while true {
            let head = try source.read(8)
            guard head.count == 8 else { throw malformed("it ends before the sound") }
            let size = Int(head.integer(at: 4, byteCount: 4))
            switch head.fourCharacters(at: 0) {
            case "fmt ":
                format = try WaveFormat(chunk: try body(size, limit: 4096), path: path)
            case "ds64":
                let body = try body(size, limit: 1 << 20)
                guard body.count >= 16 else { throw malformed("its ds64 chunk is too short") }
                longByteCount = Int(clamping: body.integer(at: 8, byteCount: 8))
            case "data":
                guard let format else { throw malformed("the sound comes before its format") }
                if size == 0xFFFF_FFFF { return (format, longByteCount) }
                return (format, size == 0 && isStream ? nil : size)
            default:
                try skip(size + size % 2)
            }
        }
    }

    /// Whether another file begins after the chunks behind the sound.
    func hasMore(afterOddByte isOdd: Bool) throws(AudioError) -> Bool {
        if isOdd { _ = try source.read(1) }
        while case let head = try source.read(8), head.count == 8 {
            if ["RIFF", "RF64"].contains(head.fourCharacters(at: 0)) { return true }
            var left = Int(head.integer(at: 4, byteCount: 4))
            left += left % 2
            while left > 0, case let count = try source.read(min(left, 1 << 16)).count, count > 0 {
                left -= count
            }
        }
        return false
    }

    private func body(_ size: Int, limit: Int) throws(AudioError) -> [UInt8] {
        guard size <= limit else { throw malformed("a chunk claims \(size) bytes") }
        let body = try source.read(size)
        guard body.count == size else { throw malformed("it ends before the sound") }
        try skip(size % 2)
        return body
    }

    private func skip(_ count: Int) throws(AudioError) {
        var left = count
        while left > 0 {
            let skipped = try source.read(min(left, 1 << 16)).count
            guard skipped > 0 else { throw malformed("it ends before the sound") }
            left -= skipped
        }
    }

    private func malformed(_ reason: String) -> AudioError {
        .malformedHeader(path: path, reason: reason)
    }
}
