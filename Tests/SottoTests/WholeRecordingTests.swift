import Audio
@testable import Sotto
import Testing
import Transcript

/// Recordings of tones that are words, through reader, planner, engine and stitcher: exactly the spoken words
/// come out, with their times.
@Suite struct WholeRecordingTests {
    /// What a transcription of a recording got wrong.
    private struct Result {
        var isRight = true
        var overlapCount = 0
        /// Seconds between a segment's edge and the words it holds: in pauses, and at seams.
        var pauseError = 0.0
        var seamError = 0.0
    }

    private func transcribe(
        _ samples: [Float], _ words: [ToneSpeech.Word], _ script: ToneEngine.Script,
        isConfused: Bool = false
    ) async throws -> Result {
        let engine = ToneEngine(script: script)
        let provenance = Provenance(model: "", device: "", version: "", wallSeconds: 0)
        let run = TranscriptionRun(
            recogniser: engine, options: TranscriptionOptions.raw, stop: StopSwitch(),
            provenance: provenance, journaling: .none
        ) { _ in }
        let found = try await run.run(
            ChunkReader {
                ToneListener(isConfused: isConfused)
            } _: {
                () throws(AudioError) in
                SampleArray(samples)
            })
        let spoken = words.map { engine.text(of: $0.number) }
        // White space between two scripts is a matter of taste.
        func compared(_ text: String) -> String {
            script == .spaced ? text : String(text.filter { !$0.isWhitespace })
        }
        let separator = script == .spaced ? " " : ""
        var result = Result()
        result.isRight =
            compared(found.text) == compared(spoken.joined(separator: separator))
            && found.isComplete
            && found.coverage.first?.startSeconds == 0
            && found.coverage.last?.endSeconds == Double(samples.count) / 16000
        // Seams are where two chunks share some seconds.
        let seams = zip(found.chunks, found.chunks.dropFirst()).compactMap { before, after in
            let shared =
                after.sampleRange
                .lowerBound..<max(
                    after.sampleRange.lowerBound, before.sampleRange.upperBound)
            return shared.isEmpty ? nil : shared
        }
        result.overlapCount = seams.count
        // Which words of a mixed text belong to a segment is not to be seen.
        guard result.isRight, !isConfused, script != .released else { return result }
        var count = 0
        for segment in found.segments {
            let first = words[count].range
            count +=
                script == .spaced
                ? segment.text.split(separator: " ").count : segment.text.unicodeScalars.count
            let last = words[count - 1].range
            for (told, place) in [
                (segment.startSeconds, first.lowerBound), (segment.endSeconds, last.upperBound),
            ] {
                let error = abs(told - Double(place) / 16000)
                if seams.contains(where: { $0.contains(Int(told * 16000)) }) {
                    result.seamError = max(result.seamError, error)
                } else {
                    result.pauseError = max(result.pauseError, error)
                }
            }
        }
        return result
    }

    /// Rooms of every kind: quiet, noisy, with music that the listener knows or that confuses it.
    private func room(_ round: Int, _ random: inout SeededRandom) -> (ToneSpeech.Room, Bool) {
        var room = ToneSpeech.Room()
        room.seconds = Int.random(in: 20...90, using: &random)
        room.vocabulary = [64, 20, 12][round % 3]
        room.longestPause = [0, 0.05, 0.3, 2, 20][round % 5]
        room.noise = [0, 0.05, 0.2][round / 2 % 3]
        room.music = [0, 0, 0.2][round / 3 % 3]
        return (room, room.music > 0 && round % 2 == 0)
    }

    @Test(arguments: 0..<25)
    func `exactly the spoken words come out, with their times`(seed: Int) async throws {
        var random = SeededRandom(state: UInt64(seed))
        var (wrong, overlapCount) = ([Int](), 0)
        var (pauseError, seamError) = (0.0, 0.0)
        for round in 0..<204 {
            let (room, isConfused) = room(round, &random)
            let (words, samples) = ToneSpeech.speak(room, &random)
            let script = ToneEngine.Script.allCases[round / 5 % 3]
            let result = try await transcribe(samples, words, script, isConfused: isConfused)
            if !result.isRight { wrong.append(round) }
            overlapCount += result.overlapCount
            pauseError = max(pauseError, result.pauseError)
            seamError = max(seamError, result.seamError)
        }
        #expect(wrong == [])
        #expect(overlapCount > 100)
        #expect(pauseError < 0.1)
        // Where a piece ends in the middle of speech, when that is can only be guessed.
        #expect(seamError < 1.5)
    }

    @Test(arguments: ToneEngine.Script.allCases)
    func `a seam may fall anywhere`(script: ToneEngine.Script) async throws {
        var random = SeededRandom(state: 7)
        let room = ToneSpeech.Room(seconds: 60, vocabulary: 20)
        let (words, samples) = ToneSpeech.speak(room, &random)
        var wrong: [Int] = []
        for shift in 0..<250 {
            let silence = [Float](repeating: 0, count: shift * 1600)
            let shifted = words.map {
                ToneSpeech.Word(
                    number: $0.number,
                    range: $0.range.lowerBound + silence.count..<$0.range.upperBound
                        + silence.count)
            }
            let result = try await transcribe(silence + samples, shifted, script)
            if !result.isRight || result.overlapCount == 0 { wrong.append(shift) }
        }
        #expect(wrong == [])
    }
}
