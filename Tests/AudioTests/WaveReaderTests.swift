import Audio
import Foundation
import TestSupport
import Testing

@Suite struct WaveReaderTests {
    /// A WAV file of 16 kHz, built from its parts.
    private func wave(
        tag: Int = 1, channels: Int = 1, rate: Int = 16000, bits: Int = 16, align: Int? = nil,
        before: [UInt8] = [], data: [UInt8], claimed: Int? = nil, riff: String = "RIFF",
        riffSize: Int = 1000, extensible: Bool = false
    ) -> [UInt8] {
        let block = align ?? channels * bits / 8
        var format =
            little(extensible ? 0xFFFE : tag, 2) + little(channels, 2) + little(rate, 4)
            + little(rate * block, 4) + little(block, 2) + little(bits, 2)
        if extensible {
            format += little(22, 2) + little(bits, 2) + little(0, 4) + little(tag, 2)
            format += [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113]
        }
        return Array(riff.utf8) + little(riffSize, 4) + Array("WAVE".utf8) + before
            + Array("fmt ".utf8) + little(format.count, 4) + format
            + Array("data".utf8) + little(claimed ?? data.count, 4) + data
    }

    private func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private func read(
        _ bytes: [UInt8], at most: Int = .max
    ) throws -> (samples: [Float], isTruncated: Bool) {
        let reader = try WaveReader(ArrayBytes(bytes, most: most), path: "f")
        var samples: [Float] = []
        while let block = try reader.next() { samples += block }
        return (samples, reader.flaws == [.truncated])
    }

    private struct Encoding {
        let tag, bits: Int
        let data: [UInt8]
        let samples: [Float]
    }

    @Test func `every encoding gives its samples, plain and extensible`() throws {
        let encodings = [
            Encoding(tag: 1, bits: 8, data: [128, 0, 255], samples: [0, -1, 127.0 / 128]),
            Encoding(
                tag: 1, bits: 16, data: little(-32768, 2) + little(16384, 2), samples: [-1, 0.5]),
            Encoding(
                tag: 1, bits: 24, data: little(-8_388_608, 3) + little(1, 3),
                samples: [-1, 0x1p-23]),
            Encoding(
                tag: 1, bits: 32, data: little(-2_147_483_648, 4) + little(1 << 30, 4),
                samples: [-1, 0.5]),
            Encoding(
                tag: 3, bits: 32, data: little(Int(Float(0.7).bitPattern), 4), samples: [0.7]),
            Encoding(
                tag: 3, bits: 64, data: little(Int(0.25.bitPattern), 8), samples: [0.25]),
        ]
        for encoding in encodings {
            for extensible in [false, true] {
                let bytes = wave(
                    tag: encoding.tag, bits: encoding.bits, data: encoding.data,
                    extensible: extensible)
                #expect(try read(bytes).samples == encoding.samples, "\(encoding.bits) bits")
            }
        }
    }

    @Test func `channels are mixed to their mean`() throws {
        struct Mono: Decodable {
            let shape: [Int]
            let values, out: [Float]
        }
        struct Goldens: Decodable { let to_mono: [Mono] }
        let goldens: Goldens = try Fixtures.json("text_goldens.json")
        for golden in goldens.to_mono where golden.shape.count == 2 {
            // Stored with the channels first; a WAV interleaves them.
            let (channels, count) = (golden.shape[0], golden.shape[1])
            guard channels < count else { continue }
            let interleaved = (0..<count).flatMap { frame in
                (0..<channels).flatMap { channel in
                    little(Int(golden.values[channel * count + frame].bitPattern), 4)
                }
            }
            let bytes = wave(tag: 3, channels: channels, bits: 32, data: interleaved)
            #expect(try read(bytes).samples == golden.out)
        }
        let eight = (0..<8).flatMap { little($0 * 4096, 2) }
        #expect(try read(wave(channels: 8, data: eight)).samples == [0.4375])
    }

    @Test func `range is limited as the official package limits it`() throws {
        struct Range: Decodable { let `in`, out: [Float] }
        struct Goldens: Decodable { let range_normalize: [Range] }
        let goldens: Goldens = try Fixtures.json("text_goldens.json")
        #expect(goldens.range_normalize.count == 5)
        for golden in goldens.range_normalize { #expect(peakLimited(golden.in) == golden.out) }
    }

    @Test func `other chunks are skipped, odd ones with their padding`() throws {
        let list = Array("LIST".utf8) + little(3, 4) + [1, 2, 3, 0]
        #expect(try read(wave(before: list, data: little(16384, 2))).samples == [0.5])
    }

    @Test func `RF64 takes its length from ds64`() throws {
        let ds64 = Array("ds64".utf8) + little(28, 4) + little(0, 8) + little(4, 8) + little(0, 12)
        let bytes = wave(
            before: ds64, data: little(16384, 2) + little(8192, 2) + [9, 9], claimed: 0xFFFF_FFFF,
            riff: "RF64")
        #expect(try read(bytes).samples == [0.5, 0.25])
    }

    @Test(arguments: [0, 0xFFFF_FFFF])
    func `a stream of unknown length is read to its end`(claimed: Int) throws {
        let bytes = wave(data: little(16384, 2), claimed: claimed, riffSize: claimed)
        let found = try read(bytes)
        #expect(found.samples == [0.5])
        #expect(!found.isTruncated)
    }

    @Test func `what is there of a truncated file is read, and said to be truncated`() throws {
        let found = try read(wave(data: little(16384, 2) + [1], claimed: 1000))
        #expect(found.samples == [0.5])
        #expect(found.isTruncated)
    }

    @Test func `the samples do not depend on how the bytes come`() throws {
        let path = Fixtures.demoModel.appending(path: "samples/one-speaker-short.wav")
        let bytes = try [UInt8](Data(contentsOf: path))
        let whole = try read(bytes)
        #expect(whole.samples.count == 88_800)
        #expect(try read(bytes, at: 1).samples == whole.samples)
        #expect(try read(bytes, at: 777).samples == whole.samples)
    }

    @Test func `another rate has its length known and right`() throws {
        let data = (0..<4410).flatMap { little(Int(8000 * sin(Double($0) / 20)), 2) }
        let bytes = wave(rate: 44100, data: data)
        let reader = try WaveReader(ArrayBytes(bytes), path: "f")
        #expect(reader.expectedSampleCount == 1600)
        #expect(try read(bytes).samples.count == 1600)
    }

    /// What is wrong with a file, and what the user reads.
    @Test func `bad input is refused with its reason`() {
        let half = little(16384, 2)
        let damaged = "'f' has a damaged header: "
        let again = ". Save or export the recording again."
        let convert = ". Convert it first: ffmpeg -i INPUT -ar 16000 -ac 1 OUTPUT.wav"
        let recode = "Convert it first: ffmpeg -i INPUT -c:a pcm_s16le OUTPUT.wav"
        let table: [([UInt8], String)] = [
            ([], "'f' is empty. Was the recording saved?"),
            (Array("hello".utf8), "'f' is not a WAV file" + convert),
            (
                Array("fLaC".utf8) + [0, 0, 0, 34, 0, 0, 0, 0],
                "'f' is a file of type FLAC" + convert
            ),
            (Array("ID3".utf8) + half, "'f' is a file of type MP3" + convert),
            (
                [0, 0, 0, 32] + Array("ftypM4A ".utf8),
                "'f' is a file of type M4A or MP4" + convert
            ),
            (wave(data: []), "'f' has a header and no sound. Was the recording saved?"),
            (Array(wave(data: half).prefix(30)), damaged + "it ends before the sound" + again),
            (Array(wave(data: half).prefix(38)), damaged + "it ends before the sound" + again),
            (wave(rate: 0, data: half), damaged + "it claims 0 Hz" + again),
            (wave(rate: 999_999, data: half), damaged + "it claims 999999 Hz" + again),
            (
                wave(channels: 0, data: half),
                damaged + "it claims 0 channels, and 1 to 8 are supported" + again
            ),
            (
                wave(channels: 10_000, data: half),
                damaged + "it claims 10000 channels, and 1 to 8 are supported" + again
            ),
            (wave(bits: 0, data: half), damaged + "it claims 0 bits a sample" + again),
            (
                wave(align: 4, data: half),
                damaged + "it claims 4 bytes for 1 samples of 16 bits" + again
            ),
            (
                wave(tag: 6, bits: 8, data: half),
                "'f' holds A-law audio, which is not supported. " + recode
            ),
            (
                wave(tag: 0x11, bits: 4, data: half),
                "'f' holds IMA ADPCM audio, which is not supported. " + recode
            ),
            (
                wave(tag: 3, bits: 32, data: little(Int(Float.nan.bitPattern), 4)),
                "'f' holds samples that are not numbers" + again
            ),
            (
                Array("RIFF".utf8) + little(36, 4) + Array("WAVEdata".utf8) + little(2, 4) + half,
                damaged + "the sound comes before its format" + again
            ),
            (
                Array("RIFF".utf8) + little(36, 4) + Array("WAVEfmt ".utf8)
                    + little(0x7FFF_FFFF, 4) + half,
                damaged + "a chunk claims 2147483647 bytes" + again
            ),
        ]
        for (bytes, message) in table {
            let error = #expect(throws: AudioError.self) { try read(bytes) }
            #expect(error?.description == message)
        }
    }

    @Test func `files that cannot be opened are named`() throws {
        let folder = FileManager.default.temporaryDirectory.path(percentEncoded: false)
        #expect(throws: AudioError.missing(path: "/nowhere/a.wav")) {
            try WaveReader(path: "/nowhere/a.wav")
        }
        #expect(throws: AudioError.isFolder(path: folder)) { try WaveReader(path: folder) }
    }
}

/// Bytes from memory, at most so many at a time.
private final class ArrayBytes: ByteSource {
    private var bytes: ArraySlice<UInt8>
    private let most: Int

    init(_ bytes: [UInt8], most: Int = .max) {
        self.bytes = bytes[...]
        self.most = most
    }

    func read(_ count: Int) -> [UInt8] {
        // As a file does: the pieces that come are collected until there is enough.
        var result: [UInt8] = []
        while result.count < count && !bytes.isEmpty {
            let piece = bytes.prefix(min(most, count - result.count))
            result += piece
            bytes = bytes.dropFirst(piece.count)
        }
        return result
    }
}
