import Foundation
import Qwen3ASR
@testable import Sotto
import Synchronization
import TestSupport
import Testing
import Transcript

/// The way from chunks to a transcript, with a recogniser that says what it is told.
@Suite struct TranscriberTests {
    /// 83 seconds: four chunks.
    private var longTalk: String { Fixtures.path("demo-pcm/long-talk.wav") }

    private func run(
        _ answers: [LetterRecogniser.Answer],
        otherwise: LetterRecogniser.Answer = .text("nobody expects this"),
        options: TranscriptionOptions = .raw, listensForSpeech: Bool = false
    ) async throws -> (Transcription, shown: String) {
        let transcriber = Transcriber(
            recogniser: LetterRecogniser(answers, otherwise: otherwise), modelName: "script",
            makeListener: listensForSpeech
                ? Transcriber.speechDetector(weights: Fixtures.speechDetector) : nil)
        return try await transcribe(longTalk, transcriber, options)
    }

    @Test func `pieces come out in order, joined as their script asks`() async throws {
        let (found, shown) = try await run([
            .text("language English<asr_text> One. "), .text("language None<asr_text>"),
            .text("language English<asr_text>Two 你好。"), .text("language Chinese<asr_text>世界"),
        ])
        // Between them a piece without words is a pause.
        #expect(shown == "One.\n\nTwo 你好。世界")
        #expect(found.text == "One. Two 你好。世界")
        #expect(found.language == "English,Chinese")
        #expect(found.segments.map(\.text) == ["One.", "Two 你好。", "世界"])
        #expect(found.segments.map(\.meanLogProbability) == [-0.5, -0.5, -0.5])
        #expect(found.chunks.count == 4)
        #expect(found.durationSeconds == 1_333_999.0 / 16000)
        #expect(
            found.chunks.map(\.sampleRange.lowerBound) == [0]
                + found.chunks.dropLast().map(\.sampleRange.upperBound))
        #expect(found.isComplete)
        #expect(found.provenance.device == "script")
    }

    private static let header = "language English<asr_text>"
    private static let round = header + "no " + String(repeating: "ha ", count: 60)

    @Test func `an answer that stays cut off is told and is not complete`() async throws {
        let cut = LetterRecogniser.Answer.cutOff(Self.header + "and and and")
        let (found, shown) = try await run(
            [
                .text(Self.header + "One."), cut, .text(Self.header + "Two."),
                .text(Self.header + "Three."),
            ], otherwise: .cutOff(Self.header + "and"))
        #expect(shown == "One. and and and Two. Three.")
        #expect(found.chunks.map(\.finishReason) == [.stop, .length, .stop, .stop])
        #expect(!found.isComplete)
        #expect(
            found.warnings == [
                "The text from 21.0 s to 44.0 s reached its token limit and may be incomplete."
            ])
    }

    @Test func `an answer that goes round in a circle is asked for again in halves`() async throws {
        let (found, shown) = try await run([
            .text(Self.header + "One."), .text(Self.round), .text(Self.header + "Two."),
            .text(Self.header + "Three."), .text(Self.header + "Left"),
            .text(Self.header + "right."),
        ])
        #expect(shown == "One. Left right. Two. Three.")
        #expect(found.isComplete)
        #expect(found.chunks.map(\.text) == ["One.", "Left", "right.", "Two.", "Three."])
        #expect(
            found.chunks.map(\.sampleRange.lowerBound) == [0]
                + found.chunks.dropLast().map(\.sampleRange.upperBound))
        let lengths = found.chunks[1...2].map(\.sampleRange.count)
        #expect(lengths.allSatisfy { $0 >= 64_000 })
    }

    @Test func `a circle that comes again is told, and the text ends where it began`() async throws
    {
        let (found, shown) = try await run(
            [
                .text(Self.header + "One."), .text(Self.round), .text(Self.header + "Two."),
                .text(Self.header + "Three."),
            ], otherwise: .text(Self.round))
        #expect(shown == "One. no ha Two. Three.")
        #expect(found.chunks[1].finishReason == .loop)
        // 36 more tokens than up to the end of the first round, which begins with the space.
        #expect(found.chunks[1].tokenIDs.count == (Self.header + "no ha").utf8.count + 36)
        #expect(
            found.warnings == [
                "The model repeated itself from 21.0 s to 44.0 s: the text there is incomplete."
            ])
        let half = try await run(
            [
                .text(Self.header + "One."), .text(Self.round), .text(Self.header + "Two."),
                .text(Self.header + "Three."), .text(Self.round), .text(Self.header + "right."),
            ], otherwise: .text(Self.round))
        #expect(half.shown == "One. no ha right. Two. Three.")
        #expect(half.0.chunks.map(\.finishReason) == [.stop, .loop, .stop, .stop, .stop])
        #expect(!half.0.isComplete)
    }

    @Test func `speech without text is heard again, and told`() async throws {
        let none = LetterRecogniser.Answer.text("language None<asr_text>")
        let (found, shown) = try await run(
            [
                .text(Self.header + "One."), none, .text(Self.header + "Two."),
                .text(Self.header + "Three."), none, .text(Self.header + "Right."),
                .text(Self.header + "Left"), .text(Self.header + "and"),
            ], listensForSpeech: true)
        #expect(shown == "One. Left and Right.\n\nTwo. Three.")
        #expect(found.chunks.count == 6)
        #expect(found.isComplete)
        let again = try await run(
            [
                .text(Self.header + "One."), none, .text(Self.header + "Two."),
                .text(Self.header + "Three."),
            ], otherwise: none, listensForSpeech: true)
        #expect(again.shown == "One.\n\nTwo. Three.")
        #expect(again.0.chunks.map(\.finishReason) == [.stop, .silent, .stop, .stop])
        #expect(
            again.0.warnings == [
                "Speech was heard from 21.0 s to 44.0 s, and the model gave no text for it."
            ])
        // Nobody listens: then the model is believed.
        let (quiet, _) = try await run([none, none, none, none])
        #expect(quiet.isComplete)
    }

    /// Forty seconds without sound, then the talk, then a minute of faint noise.
    @Test func `silence is not given to the model, and what can be heard is`() async throws {
        let talk = try [UInt8](Data(contentsOf: URL(filePath: longTalk))).dropFirst(78)
        var state: UInt32 = 1
        let noise = (0..<60 * 16000).flatMap { _ -> [UInt8] in
            state = state &* 1_664_525 &+ 1_013_904_223
            let value = Int16(truncatingIfNeeded: state >> 16) / 256
            return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
        }
        let sound = [UInt8](repeating: 0, count: 40 * 32000) + talk + noise
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let sample = Fixtures.demoModel.appending(path: "samples/travel.wav")
        var header = try [UInt8](Data(contentsOf: sample).prefix(44))
        for index in 0..<4 { header[40 + index] = UInt8(sound.count >> (8 * index) & 255) }
        try Data(header + sound).write(to: URL(filePath: path))
        let transcriber = Transcriber(
            recogniser: LetterRecogniser(
                (1...8).map { .text(Self.header + "\($0).") }, chunkCount: 1), modelName: "script",
            makeListener: Transcriber.speechDetector(weights: Fixtures.speechDetector))
        let (found, _) = try await transcribe(path, transcriber, .init())
        #expect(found.isComplete)
        #expect(found.chunks.count { $0.finishReason == .silence } == 1)
        #expect(found.chunks[0].finishReason == .silence)
        #expect(found.chunks[0].sampleRange.count >= 320_000)
        #expect(
            found.chunks.map(\.sampleRange.lowerBound) == [0]
                + found.chunks.dropLast().map(\.sampleRange.upperBound))
        #expect(found.chunks.last?.text.isEmpty == false)
        #expect(found.durationSeconds == Double(sound.count / 2) / 16000)
    }

    @Test func `what goes round in a circle to the last is heard once more with circles forbidden`()
        async throws
    {
        let recogniser = LetterRecogniser(
            [.text(Self.header + "One.")], otherwise: .text(Self.round),
            unbroken: .text(Self.header + "No ha at all."), chunkCount: 1)
        let transcriber = Transcriber(recogniser: recogniser, modelName: "script")
        // A short recording cannot be halved.
        let short = Fixtures.demoModel.appending(path: "samples/one-speaker-short.wav").path
        let (_, first) = try await transcribe(short, transcriber, .init())
        #expect(first == "One.")
        let (found, shown) = try await transcribe(short, transcriber, .init())
        #expect(shown == "No ha at all.")
        #expect(found.isComplete)
        #expect(recogniser.askedCount.withLock { $0 } == 3)
    }

    @Test func `an answer that copies the context is asked for again without it`() async throws {
        var options = TranscriptionOptions.raw
        options.context = "Laura Wilson, Vienna, Sarah Brown"
        let short = Fixtures.demoModel.appending(path: "samples/one-speaker-short.wav").path
        for (answer, expected) in [
            ("Laura Wilson, Vienna, Sarah Brown.", "Heard."), ("Wilson Vienna Sarah", "Heard."),
            ("Vienna.", "Vienna."),
            ("Sarah Brown met Laura Wilson.", "Sarah Brown met Laura Wilson."),
        ] {
            let recogniser = LetterRecogniser(
                [.text(Self.header + answer), .text(Self.header + "Heard.")], chunkCount: 1)
            let transcriber = Transcriber(recogniser: recogniser, modelName: "script")
            let (found, _) = try await transcribe(short, transcriber, options)
            #expect(found.text == expected)
            let contexts = recogniser.contexts.withLock { $0 }
            #expect(contexts == (expected == "Heard." ? [options.context, ""] : [options.context]))
        }
        // Where nobody speaks it is not sent at all.
        let noise = Fixtures.demoModel.appending(path: "samples/silence-and-noise.wav").path
        let recogniser = LetterRecogniser(
            [], otherwise: .text("language None<asr_text>"), chunkCount: 1)
        let transcriber = Transcriber(
            recogniser: recogniser, modelName: "script",
            makeListener: Transcriber.speechDetector(weights: Fixtures.speechDetector))
        _ = try await transcribe(noise, transcriber, options)
        #expect(recogniser.contexts.withLock { $0.allSatisfy(\.isEmpty) && !$0.isEmpty })
    }

    @Test func `for comparison with the official package a circle is left alone`() async throws {
        var options = TranscriptionOptions.raw
        options.isParity = true
        let (found, _) = try await run(
            [.text(Self.round), .text(""), .text(""), .text("")], options: options)
        #expect(found.chunks[0].finishReason == .stop)
        #expect(found.chunks[0].rawText == Self.round)
    }

    /// Two words a second; each chunk hears half of the word at its edge.
    @Test func `pieces that share five seconds are joined to the words that were said`()
        async throws
    {
        func words(_ range: Range<Int>) -> String {
            range.map { "word\(100 + $0)" }.joined(separator: " ")
        }
        let recogniser = LetterRecogniser(
            [
                .text(Self.header + words(0..<60) + " wor"),
                .text(Self.header + "rd149 " + words(50..<110) + " wo"),
                .text(Self.header + "d199 " + words(100..<160)),
            ], chunkCount: 1)
        let transcription = ChunkTranscription(
            recogniser: recogniser, options: TranscriptionOptions.raw, stop: StopSwitch(),
            watch: StallWatch()
        ) { _ in }
        var pieces: [HeardPiece] = []
        for start in [0, 400_000, 800_000] {
            let chunk = PlannedChunk(
                range: start..<start + 480_000, samples: [Float](repeating: 0.1, count: 480_000),
                isContinued: start < 800_000)
            let answers = try await transcription.finish(chunk, transcription.submit(chunk))
            pieces += answers.map { transcription.piece($0, of: chunk) }
        }
        var (left, middle, right) = (pieces[0], pieces[1], pieces[2])
        #expect(HeardPiece.stitch(&left, &middle))
        #expect(HeardPiece.stitch(&middle, &right))
        let found = [left, middle, right].map { $0.segment?.text ?? "" }
        #expect(found.joined(separator: " ") == words(0..<160))
        #expect(found[0].hasPrefix("word100 ") && found[2].hasSuffix(" word259"))
    }

    @Test func `a stop leaves what there is, and says so`() async throws {
        let stop = StopSwitch()
        let recogniser = LetterRecogniser(
            ["One.", "Two.", "Three.", "Four."].map { .text(Self.header + $0) }, chunkCount: 1)
        let transcriber = Transcriber(recogniser: recogniser, modelName: "script")
        var result: Transcription?
        for try await event in transcriber.transcribe(path: longTalk, stop: stop) {
            if case .text = event { stop.stop() }
            if case .finished(let transcription) = event { result = transcription }
        }
        let found = try #require(result)
        #expect(found.text.hasPrefix("One."))
        #expect(!found.isComplete)
        let last = try #require(found.warnings.last)
        #expect(last.hasPrefix("It was stopped after "))
        #expect(last.hasSuffix(" s of 83.37 s: the rest is missing."))
    }

    @Test func `a failure in the middle is a failure of the whole`() async throws {
        let error = await #expect(throws: SottoError.self) {
            _ = try await run([
                .text("language English<asr_text>One."),
                .failure(
                    GenerationError.device(code: "compute_out_of_memory", reason: "No memory.")),
                .text(""), .text(""),
            ])
        }
        #expect(error?.kind == .resources)
        #expect(error?.code == "compute_out_of_memory")
        #expect(error?.description == "No memory.")
    }

    @Test func `half a character at the end becomes a replacement, in text and on screen`()
        async throws
    {
        let half = Array("language English<asr_text>caf".utf8) + [0xC3]
        let (found, shown) = try await run([
            .bytes(half), .text("language English<asr_text>two"), .text("x"), .text(""),
        ])
        #expect(found.segments.map(\.text) == ["caf\u{FFFD}", "two", "x"])
        #expect(shown == "caf\u{FFFD} two x")
    }

    @Test func `an accent or a joiner that comes late still reaches the screen`() async throws {
        let family = "cafe\u{301} 👩\u{200D}👧 end"
        let (found, shown) = try await run([
            .text("language French<asr_text>" + family), .text("x"), .text("x"), .text("x"),
        ])
        #expect(Array(shown.unicodeScalars) == Array(found.text.unicodeScalars))
        #expect(shown.unicodeScalars.starts(with: family.unicodeScalars))
    }

    @Test func `a forced language leaves no header to look for`() async throws {
        var options = TranscriptionOptions.raw
        options.language = Language("en")
        let (found, shown) = try await run(
            [.text("One"), .text("two"), .text("three"), .text("four")], options: options)
        #expect(shown == "One two three four")
        #expect(found.language == "English")
    }

    @Test func `text is polished as it comes, and what the model wrote is kept`() async throws {
        let (found, shown) = try await run(
            [
                .text(Self.header + "the gpu ,as"), .text(Self.header + "i said,works"),
                .text("language Chinese<asr_text>我用gpu"), .text("language Chinese<asr_text>很快"),
            ], options: .init())
        #expect(shown == "The GPU, as I said, works 我用 GPU 很快。")
        #expect(found.text == shown)
        #expect(
            found.segments.map(\.rawText) == ["the gpu ,as", "i said,works", "我用gpu", "很快"])
        #expect(
            found.segments[3].changes == [
                TextChange(range: 2..<2, replacement: "。", rules: [.sentences])
            ])
        var parity = TranscriptionOptions()
        parity.isParity = true
        let (raw, _) = try await run([.text(Self.header + "the gpu ,as")], options: parity)
        #expect(raw.segments[0].text == "the gpu ,as")
    }
}
