import Audio
import Dispatch
import Foundation
import Qwen3ASR
@testable import Sotto
import Synchronization
import Testing
import Transcript

/// Recordings that come slowly and a model that fails: each ends in its own words, with what there is.
@Suite struct FaultTests {
    private static let header = "language English<asr_text>"

    /// Met only by a defect, however busy the machine: ten minutes, in which the runner's other tests have ended.
    private static var limit: DispatchTime { .now() + 600 }

    /// Ninety seconds of noise; before the last thirty it waits until it may go on.
    private final class SlowSource: SampleSource {
        let expectedSampleCount: Int? = 90 * 16000
        let flaws: [RecordingFlaw] = []
        private let gate: DispatchSemaphore
        private let limit: DispatchTime
        private var second = 0

        init(_ gate: DispatchSemaphore, limit: DispatchTime) {
            self.gate = gate
            self.limit = limit
        }

        func next() throws(AudioError) -> [Float]? {
            guard second < 90 else { return nil }
            if second == 60, gate.wait(timeout: limit) == .timedOut { return nil }
            second += 1
            return (0..<16000).map { Float($0 * 7919 % 1000) / 5000 - 0.1 }
        }
    }

    /// What holds nobody back.
    private var openGate: DispatchSemaphore {
        // One that is made with a value must not end with less.
        let gate = DispatchSemaphore(value: 0)
        gate.signal()
        return gate
    }

    private func run(
        _ recogniser: any Recogniser, gate: DispatchSemaphore, limit: DispatchTime,
        stop: StopSwitch = StopSwitch(), patience: Duration = .seconds(600),
        journaling: Journaling = .none, emit: @escaping @Sendable (TranscriptionEvent) -> Void
    ) async throws -> Transcription {
        let run = TranscriptionRun(
            recogniser: recogniser, options: TranscriptionOptions.raw, stop: stop,
            provenance: Provenance(model: "", device: "", version: "", wallSeconds: 0),
            journaling: journaling, patience: patience, emit: emit)
        return try await run.run(
            ChunkReader {
                nil
            } _: {
                () throws(AudioError) in
                SlowSource(gate, limit: limit)
            })
    }

    @Test func `what comes slowly is recognised as it comes`() async throws {
        let gate = DispatchSemaphore(value: 0)
        let recogniser = LetterRecogniser(
            [], otherwise: .text(Self.header + "Words."), chunkCount: 1, usefulLookahead: 8)
        // The rest comes when text is there.
        let found = try await run(recogniser, gate: gate, limit: Self.limit) { event in
            if case .text = event { gate.signal() }
        }
        #expect(found.durationSeconds == 90)
        #expect(found.text == found.chunks.map { _ in "Words." }.joined(separator: " "))
        #expect(found.chunks.count >= 3)
        #expect(found.isComplete)
    }

    @Test func `a stop does not wait for a pipe that gives nothing`() async throws {
        let gate = DispatchSemaphore(value: 0)
        defer { gate.signal() }
        let stop = StopSwitch()
        let recogniser = LetterRecogniser(
            [], otherwise: .text(Self.header + "Words."), chunkCount: 1, usefulLookahead: 8)
        let found = try await run(recogniser, gate: gate, limit: .distantFuture, stop: stop) {
            // Two pieces are complete before the gate.
            if case .progress(let done, _) = $0, done > 40 { stop.stop() }
        }
        #expect(found.text == "Words. Words.")
        #expect(!found.isComplete)
        #expect(found.durationSeconds == 90)
        #expect(found.coverage.last?.kind == .missing)
        #expect(found.coverage.last?.endSeconds == 90)
    }

    /// Says a few words or none, and then nothing, for ever.
    private final class StalledRecogniser: Recogniser {
        let usefulLookahead = 3
        let deviceName = "script"
        private let says: String
        private let whenAsked, whenLeft: @Sendable () -> Void
        private let open = Mutex<[AsyncThrowingStream<GenerationEvent, any Error>.Continuation]>([])

        init(
            says: String = "Wor", whenAsked: @escaping @Sendable () -> Void = {},
            whenLeft: @escaping @Sendable () -> Void = {}
        ) {
            (self.says, self.whenAsked, self.whenLeft) = (says, whenAsked, whenLeft)
        }

        func makeTextDecoder() -> StreamingDecoder {
            .letters
        }

        func recognise(
            _ request: GenerationRequest
        ) -> AsyncThrowingStream<GenerationEvent, any Error> {
            AsyncThrowingStream { continuation in
                if !says.isEmpty { continuation.yield(letters: (FaultTests.header + says).utf8) }
                open.withLock { $0.append(continuation) }
                continuation.onTermination = { _ in self.whenLeft() }
                whenAsked()
            }
        }
    }

    @Test func `a model that gives no sign of life is a named failure`() async throws {
        let gate = openGate
        let error = await #expect(throws: SottoError.self) {
            _ = try await run(
                StalledRecogniser(), gate: gate, limit: Self.limit, patience: .seconds(1)
            ) { _ in }
        }
        #expect(error?.code == "engine_stalled")
        #expect(error?.kind == .resources)
        #expect(error?.description.hasPrefix("The model gave no sign of life for 1.00 s.") == true)
    }

    @Test(.timeLimit(.minutes(10)))
    func `a stop does not wait for the first word of a model`() async throws {
        let gate = openGate
        let stop = StopSwitch()
        let left = Mutex(0)
        let recogniser = StalledRecogniser(
            says: "", whenAsked: { stop.stop() }, whenLeft: { left.withLock { $0 += 1 } })
        let found = try await run(
            recogniser, gate: gate, limit: Self.limit, stop: stop
        ) { _ in }
        #expect(found.text == "")
        #expect(!found.isComplete)
        #expect(left.withLock { $0 } > 0)
    }

    /// Goes round in a circle until it is cancelled, or may not.
    private final class CirclingRecogniser: Recogniser {
        let usefulLookahead = 1
        let deviceName = "script"
        /// Streams that are still worked on.
        let workCount = Mutex(0)
        /// How many were when a circle was forbidden.
        let workCountAtLast = Mutex<Int?>(nil)

        func makeTextDecoder() -> StreamingDecoder {
            .letters
        }

        func recognise(
            _ request: GenerationRequest
        ) -> AsyncThrowingStream<GenerationEvent, any Error> {
            let count = workCount.withLock { count in
                count += 1
                return count - 1
            }
            if request.breaksCircles { workCountAtLast.withLock { $0 = count } }
            return AsyncThrowingStream { continuation in
                let circle = String(repeating: "ha ", count: 60)
                continuation.yield(letters: (FaultTests.header + circle).utf8)
                continuation.onTermination = { _ in self.workCount.withLock { $0 -= 1 } }
            }
        }
    }

    @Test func `a circle is not worked on while its piece is heard again`() async throws {
        let recogniser = CirclingRecogniser()
        let found = try await run(recogniser, gate: openGate, limit: Self.limit) { _ in }
        #expect(!found.isComplete)
        // The other half of the piece may have been submitted.
        let count = try #require(recogniser.workCountAtLast.withLock { $0 })
        #expect(count <= 1)
    }

    @Test func `a failure in the middle keeps the journal, and every other fault is named`()
        async throws
    {
        let circle = Self.header + "no " + String(repeating: "ha ", count: 60)
        let table: [(LetterRecogniser.Answer, Chunk.FinishReason)] = [
            (.text(circle), .loop), (.cutOff(Self.header + "and"), .length),
        ]
        for (fault, reason) in table {
            let recogniser = LetterRecogniser(
                [.text(Self.header + "One.")], otherwise: fault, chunkCount: 1)
            let gate = openGate
            let found = try await run(recogniser, gate: gate, limit: Self.limit) { _ in }
            #expect(!found.isComplete)
            #expect(found.chunks[0].finishReason == .stop)
            #expect(found.chunks.dropFirst().allSatisfy { $0.finishReason == reason })
            #expect(found.warnings.count == found.chunks.count - 1)
            #expect(found.coverage.map(\.kind) == [.text, .incomplete])
        }
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let failing = LetterRecogniser(
            [
                .text(Self.header + "One."), .text(Self.header + "Two."),
                .failure(GenerationError.device(code: "lost", reason: "The device is lost.")),
            ], chunkCount: 1)
        let error = await #expect(throws: (any Error).self) {
            _ = try await run(
                failing, gate: openGate, limit: Self.limit,
                journaling: .begin(path: path)
            ) { _ in }
        }
        #expect("\(error.map { SottoError($0).description } ?? "")" == "The device is lost.")
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines[1].contains("One.") && lines[2].contains("Two."))
    }

    /// Speech everywhere, with two places that are quiet enough to cut at.
    private final class Lecture: SampleSource {
        static let (seconds, quiet) = (55, [29.3..<29.5, 41..<41.2])
        let expectedSampleCount: Int? = Lecture.seconds * 16000
        let flaws: [RecordingFlaw] = []
        let second = Mutex(0)

        func next() throws(AudioError) -> [Float]? {
            let now = second.withLock { second in
                defer { second += 1 }
                return second
            }
            guard now < Self.seconds else { return nil }
            return (0..<16000).map { index in
                let time = Double(now) + Double(index) / 16000
                return Self.quiet.contains { $0.contains(time) } ? 0 : index % 2 == 0 ? 0.2 : -0.2
            }
        }
    }

    private final class Believer: SpeechListener {
        private var count = 0

        func append(_ samples: [Float]) -> [Float] {
            count += samples.count
            defer { count %= 512 }
            return Array(repeating: 1, count: count / 512)
        }

        func finish() -> [Float] { count > 0 ? [1] : [] }
    }

    @Test func `what a part of a chunk shares with the one before is not doubled`() async throws {
        let round = LetterRecogniser.Answer.text(
            Self.header + String(repeating: "ha ", count: 40))
        // A whole, a circle, its halves, of which the first is halved again, and the first quarter is silent.
        let recogniser = LetterRecogniser(
            [
                .text(Self.header + "There is much to say about this and so we shall now go"),
                round,
                round, .text(Self.header + "to the end."), .text("language None<asr_text>"),
                .text(Self.header + "go on with it,"),
            ], otherwise: .text(Self.header + "this and so we shall now go on with it,"),
            chunkCount: 2)
        let run = TranscriptionRun(
            recogniser: recogniser, options: TranscriptionOptions.raw, stop: StopSwitch(),
            provenance: Provenance(model: "", device: "", version: "", wallSeconds: 0),
            journaling: .none
        ) { _ in }
        let found = try await run.run(
            ChunkReader {
                Believer()
            } _: {
                Lecture()
            })
        #expect(
            found.text
                == "There is much to say about this and so we shall now go on with it, to the end.")
        #expect(found.isComplete)
    }
}
