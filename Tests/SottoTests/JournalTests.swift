import Foundation
import Qwen3ASR
@testable import Sotto
import Synchronization
import TestSupport
import Testing
import Transcript

@Suite struct JournalTests {
    @Test func `SHA-256 of the standard's examples`() {
        // FIPS 180-4's examples, and the empty message.
        let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
        let table: [([UInt8], String)] = [
            ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (
                Array("abc".utf8),
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            ),
            (
                Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (million, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ]
        for (message, expected) in table {
            for part in [1, 55, 64, 1000] where part > 1 || message.count < 100 {
                var hash = SHA256()
                for start in stride(from: 0, to: message.count, by: part) {
                    hash.update(message[start..<min(start + part, message.count)])
                }
                #expect(hash.finish() == expected)
            }
        }
    }

    /// Four chunks.
    private let recording = Fixtures.path("demo-pcm/long-talk.wav")
    private static let header = "language English<asr_text>"
    private static let texts = ["One.", "Two.", "Three.", "Four."]
    private static let broken = GenerationError.device(code: "lost", reason: "The device is lost.")

    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        init() throws {
            try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        }
        deinit { try? FileManager.default.removeItem(at: path) }
        var journal: String { path.appending(path: "a.journal").path }
        func bytes() throws -> Data { try Data(contentsOf: URL(filePath: journal)) }
    }

    /// Runs with answers for the chunks from `first` on; the one at `failing` fails.
    private func run(
        _ journaling: Journaling, from first: Int = 0, failing: Int? = nil, model: String = "m1",
        options: TranscriptionOptions = .init(), recording: String? = nil
    ) async throws -> (Transcription, askedCount: Int) {
        let answers = (first..<4).map { index -> LetterRecogniser.Answer in
            index == failing ? .failure(Self.broken) : .text(Self.header + Self.texts[index])
        }
        let recogniser = LetterRecogniser(answers, chunkCount: max(1, answers.count))
        let transcriber = Transcriber(
            recogniser: recogniser, modelName: "script", modelFingerprint: model)
        var result: Transcription?
        for try await event in transcriber.transcribe(
            path: recording ?? self.recording, options: options, journaling: journaling)
        {
            if case .finished(let transcription) = event { result = transcription }
        }
        return (try #require(result), recogniser.askedCount.withLock { $0 })
    }

    @Test func `after a failure a run goes on where the last one ended, to the same transcript`()
        async throws
    {
        let folder = try Folder()
        let whole = try await run(.none).0
        for failing in 0..<4 {
            try? FileManager.default.removeItem(atPath: folder.journal)
            let error = await #expect(throws: SottoError.self) {
                _ = try await run(.begin(path: folder.journal), failing: failing)
            }
            #expect(error?.code == "lost")
            // The header, and a line for each chunk that was done.
            #expect(try folder.bytes().count { $0 == UInt8(ascii: "\n") } == 1 + failing)
            let (found, askedCount) = try await run(
                .resume(path: folder.journal), from: failing)
            #expect(askedCount == 4 - failing)
            #expect(found.segments == whole.segments)
            #expect(found.chunks.map(\.rawText) == whole.chunks.map(\.rawText))
            #expect(found.warnings.isEmpty)
        }
    }

    @Test func `a stop early in the next run does not lose what the first one had`() async throws {
        let folder = try Folder()
        _ = await failure { _ = try await run(.begin(path: folder.journal), failing: 3) }
        let stop = StopSwitch()
        stop.stop()
        let transcriber = Transcriber(
            recogniser: LetterRecogniser([], chunkCount: 1), modelName: "script",
            modelFingerprint: "m1")
        var result: Transcription?
        for try await event in transcriber.transcribe(
            path: recording, stop: stop, journaling: .resume(path: folder.journal))
        {
            if case .finished(let transcription) = event { result = transcription }
        }
        let found = try #require(result)
        #expect(found.text == "One. Two. Three.")
        #expect(!found.isComplete)
        #expect(found.coverage.map(\.kind) == [.text, .missing])
    }

    @Test func `cut anywhere, a journal is gone on with from its last whole line`() async throws {
        let folder = try Folder()
        let whole = try await run(.begin(path: folder.journal)).0
        let bytes = try folder.bytes()
        let url = URL(filePath: folder.journal)
        for cut in stride(from: 0, through: bytes.count, by: bytes.count / 40) {
            try bytes.prefix(cut).write(to: url)
            let lines = bytes.prefix(cut).count { $0 == UInt8(ascii: "\n") }
            let done = max(0, lines - 1)
            let (found, askedCount) = try await run(.resume(path: folder.journal), from: done)
            #expect(askedCount == 4 - done)
            #expect(found.segments == whole.segments)
            // It is whole again.
            #expect(try folder.bytes().count { $0 == UInt8(ascii: "\n") } == 5)
        }
        // Zeros where a file system had not written the data yet.
        var zeros = bytes
        zeros.replaceSubrange(bytes.count - 200..<bytes.count - 100, with: Data(count: 100))
        try zeros.write(to: url)
        #expect(try await run(.resume(path: folder.journal), from: 3).0.segments == whole.segments)
    }

    private func failure(_ work: () async throws -> Void) async -> SottoError? {
        do {
            try await work()
            return nil
        } catch {
            return error as? SottoError
        }
    }

    @Test func `whatever is changed in a journal, the transcript is the same or it is refused`()
        async throws
    {
        let folder = try Folder()
        let whole = try await run(.begin(path: folder.journal)).0
        let bytes = try folder.bytes()
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
        func check(_ changed: Data) async throws {
            try changed.write(to: URL(filePath: folder.journal))
            // As many answers as the journal has lost are asked for.
            let kept = zip(
                lines,
                changed.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)
            ).prefix { $0 == $1 }.count
            do {
                let found = try await run(
                    .resume(path: folder.journal), from: max(0, min(4, kept - 1))
                ).0
                #expect(found.segments == whole.segments)
                #expect(found.isComplete)
            } catch let error as SottoError {
                #expect(error.code == "journal_damaged")
            }
        }
        var random = SeededRandom(state: 5)
        for _ in 0..<60 {
            var changed = bytes
            let place = changed.startIndex + Int.random(in: 0..<bytes.count, using: &random)
            changed[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
            try await check(changed)
        }
        // Lines twice, missing and exchanged.
        for order in [[0, 1, 1, 2, 3, 4], [0, 2, 3, 4], [0, 2, 1, 3, 4], [1, 2], [0, 0, 1]] {
            try await check(Data(order.flatMap { Array(lines[$0]) + [UInt8(ascii: "\n")] }))
        }
        try Data("my diary".utf8).write(to: URL(filePath: folder.journal))
        let error = await failure { _ = try await run(.resume(path: folder.journal)) }
        #expect(error?.code == "journal_damaged")
        #expect(try folder.bytes() == Data("my diary".utf8))
    }

    @Test func `a journal of another model, recording or setting is refused, and kept`()
        async throws
    {
        let folder = try Folder()
        _ = try await run(.begin(path: folder.journal))
        let bytes = try folder.bytes()
        var english = TranscriptionOptions.raw
        english.language = Language("en")
        let path = folder.journal
        let resume = Journaling.resume(path: path)
        let other = Fixtures.demoModel.appending(path: "samples/consultation.wav").path
        let reason = "The journal '\(path)' cannot be gone on with: "
        let belongs = "The journal '\(path)' belongs to another recording. "
        let advice = "Use the same, or begin anew."
        func check(
            _ code: String, _ message: String, _ work: () async throws -> Void
        ) async {
            let error = await failure(work)
            #expect(error?.code == code)
            #expect(error?.description == message)
            #expect((try? folder.bytes()) == bytes)
        }
        await check(
            "journal_mismatch", reason + "another model made it ('script'). " + advice
        ) { _ = try await run(resume, model: "m2") }
        await check(
            "journal_mismatch", reason + "it was made with other settings (language). " + advice
        ) {
            _ = try await run(resume, options: english)
        }
        await check("journal_mismatch", belongs + advice) {
            _ = try await run(resume, recording: other)
        }
        await check(
            "journal_exists",
            "'\(path)' holds what an earlier run had done. Go on with it, or delete it."
        ) { _ = try await run(.begin(path: path)) }
        let handle = try FileHandle(forReadingFrom: URL(filePath: path))
        flock(handle.fileDescriptor, LOCK_EX)
        await check("journal_in_use", "Another process is writing the journal '\(path)'.") {
            _ = try await run(resume)
        }
        try handle.close()
        // The first chunk alone: the same sound, but the recording ends there.
        let (first, rest) = (try Data(contentsOf: URL(filePath: recording)), folder.path)
        let short = rest.appending(path: "short.wav")
        try first.prefix(78 + 2 * 336_000).write(to: short)
        await check("journal_mismatch", belongs + advice) {
            _ = try await run(resume, recording: short.path)
        }
        let missing = await #expect(throws: SottoError.self) {
            _ = try await run(.resume(path: path + "x"))
        }
        #expect(missing?.description == "There is no journal '\(path)x'.")
        try Data("some text\n".utf8).write(to: URL(filePath: path))
        let strange = await #expect(throws: SottoError.self) { _ = try await run(resume) }
        #expect(strange?.description == "'\(path)' is not a journal of Sotto.")
    }

    @Test func `what cannot be read leaves no journal, and no journal is told`() async throws {
        let folder = try Folder()
        await #expect(throws: SottoError.self) {
            _ = try await run(.begin(path: folder.journal), recording: "/nowhere/a.wav")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.journal))
        let error = await #expect(throws: SottoError.self) {
            _ = try await run(.begin(path: "/proc/a.journal"))
        }
        #expect(error?.kind == .output)
        #expect(
            error?.description.hasPrefix("The journal '/proc/a.journal' cannot be written: ")
                == true)
    }

    @Test func `a fingerprint changes with any setting and with weights`() throws {
        let folder = try Folder()
        let model = folder.path.appending(path: "model")
        try FileManager.default.copyItem(
            at: URL(filePath: Fixtures.path("tiny-asr")), to: model)
        let before = ModelFingerprint.of(model.path)
        #expect(before.count == 64)
        #expect(ModelFingerprint.of(model.path) == before)
        let config = model.appending(path: "config.json")
        let text = try Data(contentsOf: config)
        try (text + Data("\n".utf8)).write(to: config)
        #expect(ModelFingerprint.of(model.path) != before)
        try text.write(to: config)
        #expect(ModelFingerprint.of(model.path) == before)
        let weights = model.appending(path: "model.safetensors")
        var bytes = try Data(contentsOf: weights)
        bytes[1_000_000] ^= 1
        try bytes.write(to: weights)
        #expect(ModelFingerprint.of(model.path) != before)
        #expect(ModelFingerprint.of("/nowhere") != before)
    }
}
