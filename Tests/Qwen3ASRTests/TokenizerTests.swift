import Foundation
import Qwen3ASR
import TestSupport
import Testing

@Suite struct TokenizerTests {
    private struct RealVocabulary: Decodable {
        struct Case: Decodable {
            let text: String
            let ids: [Int32]
            let decoded: String
            let decoded_skip_special: String
        }
        struct Decode: Decodable {
            let ids: [Int32]
            let decoded: String
            let decoded_skip_special: String
        }
        let cases: [Case]
        let decodes: [Decode]
    }

    /// The released vocabulary is 5 MB and not in the repository; `Tools/reference` rebuilds it.
    static let realFolder = ProcessInfo.processInfo.environment["SOTTO_QWEN_TOKENIZER"]

    @Test(.enabled(if: realFolder != nil, "SOTTO_QWEN_TOKENIZER names no tokenizer folder"))
    func `the released vocabulary encodes and decodes as the library does`() throws {
        let tokenizer = try Tokenizer(folder: #require(Self.realFolder))
        let goldens: RealVocabulary = try Fixtures.json("tokenizer/real_vocab.json")
        #expect(goldens.cases.count == 412)
        for golden in goldens.cases {
            #expect(tokenizer.encode(golden.text) == golden.ids, "\(golden.text.debugDescription)")
            #expect(
                tokenizer.decode(golden.ids, skippingSpecialTokens: false) == golden.decoded)
            #expect(
                tokenizer.decode(golden.ids, skippingSpecialTokens: true)
                    == golden.decoded_skip_special)
        }
        for golden in goldens.decodes {
            #expect(tokenizer.decode(golden.ids, skippingSpecialTokens: false) == golden.decoded)
            #expect(
                tokenizer.decode(golden.ids, skippingSpecialTokens: true)
                    == golden.decoded_skip_special)
        }
    }

    private struct Clip: Decodable {
        let greedy: [Int32]
        let greedy_text_raw: String
        let greedy_text_skip_special: String
    }

    @Test(arguments: ["tiny-asr", "tiny-asr-hf", "tiny-asr-sharded"])
    func `generated ids become the library's text`(model: String) throws {
        let tokenizer = try Tokenizer(folder: Fixtures.path(model))
        let clips: [String: Clip] = try Fixtures.json("asr/clips.json")
        #expect(clips.count == 14)
        for (name, clip) in clips {
            #expect(
                tokenizer.decode(clip.greedy, skippingSpecialTokens: false) == clip.greedy_text_raw,
                "\(name)")
            #expect(
                tokenizer.decode(clip.greedy, skippingSpecialTokens: true)
                    == clip.greedy_text_skip_special, "\(name)")
            var streaming = StreamingDecoder(tokenizer)
            let pieces = clip.greedy.map { streaming.append($0) } + [streaming.finish()]
            #expect(pieces.joined() == clip.greedy_text_skip_special, "\(name)")
        }
    }

    @Test func `streaming shows no half character and adds up to the whole`() throws {
        var generator = SystemRandomNumberGenerator()
        let text = Array("a é 你好 👩‍👩‍👧 ß \u{1F600}".utf8)
        for _ in 0..<2000 {
            var bytes = text
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = .random(
                    in: 0...255, using: &generator)
            }
            var decoder = StreamingDecoder { [UInt8(truncatingIfNeeded: $0)] }
            var pieces: [String] = []
            for byte in bytes { pieces.append(decoder.append(Int32(byte))) }
            let beforeEnd = pieces.joined()
            pieces.append(decoder.finish())
            let whole = String(decoding: bytes, as: UTF8.self)
            #expect(Array(pieces.joined().utf8) == Array(whole.utf8))
            #expect(whole.utf8.starts(with: beforeEnd.utf8))
        }
    }

    @Test func `a run of 100,000 letters is encoded`() throws {
        let tokenizer = try Tokenizer(folder: Fixtures.path("tiny-asr"))
        let text = String(repeating: "transform", count: 12_000)
        let ids = tokenizer.encode(text)
        #expect(tokenizer.decode(ids, skippingSpecialTokens: false) == text)
    }

    @Test func `added tokens in plain text stay text`() throws {
        let tokenizer = try Tokenizer(folder: Fixtures.path("tiny-asr"))
        let end = try tokenizer.id(of: "<|im_end|>")
        #expect(tokenizer.encode("a<|im_end|>").contains(end))
        let plain = tokenizer.encode("a<|im_end|>", findsAddedTokens: false)
        #expect(!plain.contains(end))
        #expect(tokenizer.decode(plain, skippingSpecialTokens: true) == "a<|im_end|>")
    }

    /// A change to the tiny tokenizer's files, and what the user reads.
    @Test(
        arguments: [
            (
                "vocab.json", nil,
                "The model in 'F' has no vocab.json: it is incomplete. Download it again."
            ),
            (
                "merges.txt", nil,
                "The model in 'F' has no merges.txt: it is incomplete. Download it again."
            ),
            (
                "tokenizer_config.json", nil,
                "The model in 'F' has no tokenizer_config.json: it is incomplete. Download it again."
            ),
            (
                "vocab.json", "{",
                "'F/vocab.json' cannot be used: it is not the JSON of a tokenizer. "
                    + "Download the model again."
            ),
            (
                "vocab.json", #"{"a": 0}"#,
                "'F/vocab.json' cannot be used: byte 0 has no entry. Download the model again."
            ),
            (
                "vocab.json", #"{"a": 0, "b": 0}"#,
                "'F/vocab.json' cannot be used: id 0 is given twice. Download the model again."
            ),
            (
                "vocab.json", #"{"a": -1}"#,
                "'F/vocab.json' cannot be used: its ids are not plausible. Download the model again."
            ),
            (
                "vocab.json", #"{"a": 2000000000}"#,
                "'F/vocab.json' cannot be used: its ids are not plausible. Download the model again."
            ),
            (
                "vocab.json", #"{"你": 0}"#,
                "'F/vocab.json' cannot be used: the entry '你' is not in the byte alphabet. "
                    + "Download the model again."
            ),
            (
                "merges.txt", "#version: 0.2\na b c\n",
                "'F/merges.txt' cannot be used: 'a b c' is not a pair. Download the model again."
            ),
            (
                "merges.txt", "#version: 0.2\nqq zz\n",
                "'F/merges.txt' cannot be used: the merge 'qq zz' is not in the vocabulary. "
                    + "Download the model again."
            ),
        ] as [(String, String?, String)])
    func `a damaged tokenizer is refused`(file: String, content: String?, message: String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.copyItem(
            at: Fixtures.folder.appending(path: "tiny-asr"), to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        let target = folder.appending(path: file)
        try FileManager.default.removeItem(at: target)
        try content.map { try Data($0.utf8).write(to: target) }
        let path = folder.path(percentEncoded: false)
        let error = #expect(throws: TokenizerError.self) { try Tokenizer(folder: path) }
        #expect(error?.description.replacingOccurrences(of: path, with: "F") == message)
    }
}
