import Foundation
@testable import Sotto
import TestSupport
import Testing
import Transcript

/// Recordings that are stored encrypted, and parts of them.
@Suite struct StoredRecordingTests {
    private static let header = "language English<asr_text>"

    /// 83 seconds: four chunks.
    private func talk() throws -> StoredRecording {
        let recording = try StoredRecording(name: "talk.wav")
        let bytes = try Data(contentsOf: URL(filePath: Fixtures.path("demo-pcm/long-talk.wav")))
        try recording.append([UInt8](bytes))
        return recording
    }

    private func transcriber(_ answers: [String]) -> Transcriber {
        Transcriber(
            recogniser: LetterRecogniser(
                answers.map { .text(Self.header + $0) }, chunkCount: 1, usefulLookahead: 4),
            modelName: "script",
            makeListener: Transcriber.speechDetector(weights: Fixtures.speechDetector))
    }

    private func finished(
        _ events: AsyncThrowingStream<TranscriptionEvent, any Error>
    ) async throws -> (Transcription, progress: [Double], totals: [Double?]) {
        var progress: [Double] = []
        var totals: [Double?] = []
        var result: Transcription?
        for try await event in events {
            switch event {
            case .progress(let done, let total):
                progress.append(done)
                totals.append(total)
            case .finished(let found): result = found
            default: break
            }
        }
        return (try #require(result), progress, totals)
    }

    @Test func `a stored recording is transcribed as the file`() async throws {
        let answers = ["One.", "Two.", "Three.", "Four."]
        let (found, _, _) = try await finished(
            transcriber(answers).transcribe(talk(), options: .raw))
        let (expected, _) = try await transcribe(
            Fixtures.path("demo-pcm/long-talk.wav"), transcriber(answers), .raw)
        #expect(found.segments == expected.segments)
        #expect(found.chunks.map(\.sampleRange) == expected.chunks.map(\.sampleRange))
        #expect(found.coverage == expected.coverage)
        #expect(found.recordingName == "talk.wav")
        #expect(found.startSeconds == 0)
    }

    @Test func `of a part the times are those of the recording`() async throws {
        let (found, progress, totals) = try await finished(
            transcriber(["One.", "Two."]).transcribe(talk(), seconds: 30..<62.5, options: .raw))
        // 30 s begin within frame 937 of 32 ms.
        #expect(found.startSeconds == 937 * 0.032)
        #expect(found.chunks.first?.startSeconds == 937 * 0.032)
        #expect(found.chunks.last?.endSeconds == 62.5)
        #expect(found.segments.map(\.text) == ["One.", "Two."])
        #expect(
            found.segments.allSatisfy {
                29.9...62.5 ~= $0.startSeconds && 29.9...62.5 ~= $0.endSeconds
            })
        #expect(found.segments.flatMap(\.speech).allSatisfy { 29.9...62.5 ~= $0.lowerBound })
        #expect(found.durationSeconds == 62.5)
        #expect(progress.last == 62.5)
        #expect(totals.allSatisfy { $0 == 62.5 })
        #expect(found.coverage.first?.startSeconds == found.startSeconds)
        #expect(!found.coverage.contains { $0.kind == .missing })
        #expect(found.isComplete)
        #expect(try Transcription(json: Format.json.render(found)).coverage == found.coverage)
    }

    @Test func `speech of a part is that of the whole recording there`() async throws {
        let (whole, _, _) = try await finished(
            transcriber(["One.", "Two.", "Three.", "Four."]).transcribe(talk(), options: .raw))
        let (part, _, _) = try await finished(
            transcriber(["One."]).transcribe(talk(), seconds: 40..<60, options: .raw))
        let expected = whole.segments.flatMap(\.speech).filter { 41...59 ~= $0.lowerBound }
        let found = part.segments.flatMap(\.speech).filter { 41...59 ~= $0.lowerBound }
        #expect(!found.isEmpty)
        // The detector remembers some seconds; in a part it begins anew.
        let near = found.filter { span in
            expected.contains { abs($0.lowerBound - span.lowerBound) < 0.1 }
        }
        #expect(Double(near.count) >= 0.8 * Double(found.count))
    }

    @Test
    func `a part that ends behind the recording ends with it, one that begins there is refused`()
        async throws
    {
        let (found, _, _) = try await finished(
            transcriber(["One."]).transcribe(talk(), seconds: 70..<900, options: .raw))
        #expect(found.durationSeconds == 1_333_999.0 / 16000)
        #expect(found.isComplete)
        do {
            _ = try await finished(transcriber([]).transcribe(talk(), seconds: 90..<95))
            Issue.record("it was taken")
        } catch let error as SottoError {
            #expect(error.code == "audio_beyond_end")
            #expect(error.kind == .request)
        }
    }

    @Test func `a folder that takes no file is named`() {
        do {
            _ = try StoredRecording(name: "talk.wav", folder: "/nowhere")
            Issue.record("it was taken")
        } catch {
            #expect(error.kind == .resources)
            #expect(error.code == "audio_not_stored")
        }
    }
}
