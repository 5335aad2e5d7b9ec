import DecodeProtocol
import Testing

/// What the decoder says, as bytes, and what is refused.
@Suite struct ProtocolTests {
    private static let media = MediaDescription(
        container: "ogg", codec: "opus", rate: 48000, channelCount: 2, track: 1, trackCount: 3,
        resampler: "soxr", decoder: "5.1.9")
    private static let hello = DecoderMessage.hello(version: 1)
    private static let summary = DecodeSummary(
        sampleCount: 2, isTruncated: true, isFollowed: true, damageCount: 4, firstDamage: 1)
    private static let order: [DecoderMessage] = [
        hello, .opened(media), .duration(sampleCount: 99), .samples([0.25, -1]),
        .duration(sampleCount: 2), .ended(summary),
    ]

    private static let many = [DecoderMessage](repeating: .working, count: 100_000)

    private func read(_ bytes: some Collection<UInt8>) throws -> [DecoderMessage] {
        var reader = MessageReader()
        reader.append(Array(bytes))
        var messages: [DecoderMessage] = []
        while let message = try reader.next() { messages.append(message) }
        return messages
    }

    @Test func `bytes are as written down`() {
        #expect(
            DecoderMessage.duration(sampleCount: 7).frame == [0x64, 10, 0, 0, 0]
                + "samples=7\n".utf8)
        #expect(DecoderMessage.samples([1]).frame == [0x73, 4, 0, 0, 0, 0, 0, 0x80, 0x3F])
    }

    @Test func `messages come back, whole or byte by byte`() throws {
        let bytes = Self.order.flatMap(\.frame)
        #expect(try read(bytes) == Self.order)
        var reader = MessageReader()
        var messages: [DecoderMessage] = []
        for byte in bytes {
            #expect(!reader.isOver)
            reader.append([byte])
            if let message = try reader.next() { messages.append(message) }
        }
        #expect(messages == Self.order)
        #expect(reader.isOver)
    }

    @Test func `a failure comes back, without what a terminal would obey`() throws {
        let failure = DecodeFailure(.unsupportedCodec, "wor\u{1B}[2Jd\nreason=noSound é")
        #expect(
            try read(DecoderMessage.failed(failure).frame) == [
                .failed(DecodeFailure(.unsupportedCodec, "wor?[2Jd?reason=noSound ?"))
            ])
    }

    @Test func `more than a week of sound is refused`() throws {
        var reader = MessageReader(longest: 3)
        reader.append(Self.order[...3].flatMap(\.frame))
        for message in Self.order[...3] { #expect(try reader.next() == message) }
        reader.append(DecoderMessage.samples([0, 0]).frame)
        #expect(throws: MessageReader.Violation(reason: "more than a week of sound")) {
            try reader.next()
        }
    }

    @Test func `an incomplete message is waited for`() throws {
        let bytes = Self.hello.frame
        for count in 0..<bytes.count { #expect(try read(bytes.prefix(count)) == []) }
    }

    @Test(arguments: [
        ([order[1]], "messages out of order"),
        ([hello, hello], "messages out of order"),
        ([hello, .samples([0])], "messages out of order"),
        ([hello, order[1], order[1]], "messages out of order"),
        (order + [.duration(sampleCount: 2)], "messages out of order"),
        ([.hello(version: 2)], "version 2 of the protocol instead of 1"),
        ([hello, order[1], .ended(summary)], "0 samples and a count of 2"),
        ([hello, .failed(DecodeFailure(.noSound)), hello], "messages out of order"),
        ([.working], "messages out of order"),
    ])
    func `messages out of order are refused`(messages: [DecoderMessage], reason: String) {
        let error = #expect(throws: MessageReader.Violation.self) {
            try read(messages.flatMap(\.frame))
        }
        #expect(error?.reason == reason)
    }

    @Test func `messages without end are refused`() {
        let error = #expect(throws: MessageReader.Violation.self) {
            try read(([Self.hello] + Self.many).flatMap(\.frame))
        }
        #expect(error?.reason == "messages without end")
    }

    @Test(
        arguments: [
            // Too long; no kind; samples that are not whole, or none; no number; no such reason.
            [0x73, 0x04, 0xFA, 0, 0], [0x7A, 0, 0, 0, 0], [0x73, 3, 0, 0, 0, 1, 2, 3],
            [0x73, 0, 0, 0, 0], [0x73, 4, 0, 0, 0, 0, 0, 0x80, 0x7F],
            [0x64, 11, 0, 0, 0] + Array("samples=-1\n".utf8),
            [0x68, 8, 0, 0, 0] + Array("version=".utf8),
            [0x66, 16, 0, 0, 0] + Array("reason=a\ndetail=".utf8),
            [0x68, 10, 0, 0, 0] + Array("version=1".utf8) + [0x07],
        ] as [[UInt8]])
    func `bytes that are no message are refused`(bytes: [UInt8]) {
        let greeting = bytes[0] == 0x64 || bytes[0] == 0x73 ? Self.order[0...1] : []
        let error = #expect(throws: MessageReader.Violation.self) {
            try read(greeting.flatMap(\.frame) + bytes)
        }
        #expect(error?.reason == "a message that is too long or of no kind")
    }
}
