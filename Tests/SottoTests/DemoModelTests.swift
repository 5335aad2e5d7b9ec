import Foundation
import Sotto
import TestSupport
import Testing
import Transcript

/// The shipped checkpoint, from a WAV file to a transcript.
@Suite struct DemoModelTests {
    @Test func `every sample gives the official implementation's tokens and text`() async throws {
        let model = InstalledModel(folder: Fixtures.demoModel.path(percentEncoded: false))
        let transcriber = try Transcriber(model: model, threads: 2)
        var options = TranscriptionOptions()
        options.isParity = true
        let goldens = try DemoGolden.all()
        #expect(goldens.count == 13)
        for (name, golden) in goldens {
            let (found, shown) = try await transcribe(golden.wavePath, transcriber, options)
            #expect(found.chunks.count == golden.pieces.count, "\(name)")
            for (chunk, piece) in zip(found.chunks, golden.pieces) {
                #expect(chunk.sampleRange == piece.start..<piece.end, "\(name)")
                #expect(chunk.tokenIDs == piece.token_ids, "\(name)")
                #expect(chunk.text == piece.text, "\(name)")
                #expect(chunk.language == piece.language, "\(name)")
                #expect(chunk.finishReason == .stop, "\(name)")
            }
            #expect(found.text == golden.text_windowed_attention, "\(name)")
            #expect(shown.replacing("\n\n", with: " ") == found.text, "\(name)")
            #expect(found.isComplete)
        }
    }

    /// The long one is cut elsewhere, so the model may err elsewhere.
    @Test func `what is heard differs from the official package on no sample of up to 30 s`()
        async throws
    {
        let model = InstalledModel(folder: Fixtures.demoModel.path(percentEncoded: false))
        let transcriber = try Transcriber(model: model)
        for (name, golden) in try DemoGolden.all() {
            let (found, _) = try await transcribe(golden.wavePath, transcriber, .raw)
            guard golden.pieces.count > 1 else {
                #expect(found.text == golden.text_windowed_attention, "\(name)")
                continue
            }
            #expect(found.isComplete)
            for sentence in [
                "The finance department will review the contract tomorrow morning.",
                "Michael and Sarah should check the numbers before we publish the results.",
                "Let us take a short break and continue at twelve twenty.",
            ] {
                #expect(found.text.components(separatedBy: sentence).count == 2, "\(name)")
            }
        }
    }
}

/// Runs a transcription to its end.
///
/// - Returns: the result, and the text as it was shown piece by piece.
func transcribe(
    _ path: String, _ transcriber: Transcriber, _ options: TranscriptionOptions
) async throws -> (Transcription, shown: String) {
    var shown = ""
    var segments: [Segment] = []
    var result: Transcription?
    for try await event in transcriber.transcribe(path: path, options: options) {
        switch event {
        case .text(let text): shown += text
        case .segment(let index, let segment):
            try #require(index <= segments.count && index >= segments.count - 1)
            if index < segments.count { segments.removeLast() }
            segments.append(segment)
        case .partial, .progress, .remark: break
        case .finished(let transcription): result = transcription
        }
    }
    let transcription = try #require(result)
    #expect(segments == transcription.segments)
    // What was shown is the txt format.
    #expect(Array((shown + "\n").utf8) == Format.txt.render(transcription))
    return (transcription, shown)
}
