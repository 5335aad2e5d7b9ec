/// Takes bytes as they come and gives messages, as long as they are in order.
///
/// The decoder may have been taken over by the file it reads, so nothing it says is believed that
/// breaks the protocol.
package struct MessageReader: Sendable {
    /// The decoder said something that is not of the protocol.
    package struct Violation: Error, Hashable, Sendable {
        package let reason: String

        package init(reason: String) {
            self.reason = reason
        }

        static let noMessage = Violation(reason: "a message that is too long or of no kind")
    }

    private enum Place { case start, greeted, open, over }

    private var bytes: [UInt8] = []
    private var readCount = 0
    private var place = Place.start
    private var sampleCount = 0
    /// Messages without samples, one after the other.
    private var idleCount = 0
    /// One comes for every 64 MiB, or more rarely.
    private static let mostIdle = 100_000

    private let longest: Int

    /// - Parameter longest: samples that a recording may have.
    package init(longest: Int = DecoderMessage.longestRecording) {
        self.longest = longest
    }

    /// Whether the last message has come: nothing may follow.
    package var isOver: Bool { place == .over }

    /// Whether the decoder has said that it is one.
    package var hasBegun: Bool { place != .start }

    /// Whether there are bytes that no message has used.
    package var hasMore: Bool { readCount < bytes.count }

    package mutating func append(_ more: [UInt8]) {
        if readCount > 0 {
            bytes.removeFirst(readCount)
            readCount = 0
        }
        bytes += more
    }

    /// The next message, if all of it is there.
    package mutating func next() throws(Violation) -> DecoderMessage? {
        let head = DecoderMessage.headByteCount
        guard bytes.count - readCount >= head else { return nil }
        let byteCount = (0..<4).reduce(0) { $0 | Int(bytes[readCount + 1 + $1]) << (8 * $1) }
        guard byteCount <= DecoderMessage.mostByteCount else {
            throw Violation.noMessage
        }
        guard bytes.count - readCount >= head + byteCount else { return nil }
        let start = readCount + head
        guard
            let message = DecoderMessage(
                kind: bytes[readCount], body: bytes[start..<start + byteCount])
        else { throw Violation.noMessage }
        readCount = start + byteCount
        try accept(message)
        return message
    }

    private mutating func accept(_ message: DecoderMessage) throws(Violation) {
        idleCount += 1
        guard idleCount <= Self.mostIdle else { throw Violation(reason: "messages without end") }
        switch (place, message) {
        case (.start, .hello(DecoderMessage.version)):
            place = .greeted
        case (.start, .hello(let version)):
            throw Violation(
                reason: "version \(version) of the protocol instead of \(DecoderMessage.version)")
        case (.greeted, .opened):
            place = .open
        case (.open, .samples(let samples)):
            sampleCount += samples.count
            idleCount = 0
            guard sampleCount <= longest else {
                throw Violation(reason: "more than a week of sound")
            }
        case (.open, .duration), (.open, .working), (.greeted, .working):
            break
        case (.open, .ended(let summary)):
            guard summary.sampleCount == sampleCount, summary.firstDamage <= sampleCount else {
                throw Violation(
                    reason: "\(sampleCount) samples and a count of \(summary.sampleCount)")
            }
            place = .over
        case (.start, .failed), (.greeted, .failed), (.open, .failed):
            place = .over
        default:
            throw Violation(reason: "messages out of order")
        }
    }
}
