import Foundation
import TestSupport
import Testing

@testable import Transcript

@Suite struct TranscriptionFileTests {
    @Test func `what was written is read again, to the millisecond, and written the same`() throws {
        for number in 0..<Mutation.count(usually: 1500) {
            let source = RandomTranscription(number: number).transcription
            let read = try Transcription(json: Format.json.render(source))
            #expect(differences(read, source) < 0.000_51, "\(number)")
            for format in Format.allCases {
                #expect(format.render(read) == format.render(source), "\(number) \(format)")
            }
        }
        var byPerson = RandomTranscription(number: 1).transcription
        for index in byPerson.segments.indices {
            byPerson.segments[index].opensParagraph = index % 3 == 0
        }
        let readAgain = try Transcription(json: Format.json.render(byPerson))
        #expect(Format.txt.render(readAgain) == Format.txt.render(byPerson))
        #expect(readAgain.segments.map(\.opensParagraph) == byPerson.segments.map(\.opensParagraph))
        let rich = try Transcription(json: Format.json.render(richTranscription))
        for format in Format.allCases {
            #expect(format.render(rich) == format.render(richTranscription), "\(format)")
        }
    }

    /// The largest difference of numbers; infinite if anything else differs.
    private func differences(_ found: Transcription, _ source: Transcription) -> Double {
        var (found, source) = (found, source)
        func numbers(_ value: inout Transcription) -> [Double] {
            var numbers = [value.durationSeconds, value.provenance.wallSeconds]
            func take(_ number: inout Double) {
                numbers.append(number)
                number = 0
            }
            for index in value.segments.indices {
                take(&value.segments[index].startSeconds)
                take(&value.segments[index].endSeconds)
                take(&value.segments[index].meanLogProbability)
                numbers += value.segments[index].speech.flatMap { [$0.lowerBound, $0.upperBound] }
                value.segments[index].speech = []
                for word in value.segments[index].doubtfulWords.indices {
                    take(&value.segments[index].doubtfulWords[word].logProbability)
                }
            }
            for index in value.chunks.indices {
                numbers += value.chunks[index].tokenLogProbabilities.map(Double.init)
                value.chunks[index].tokenLogProbabilities = []
                take(&value.chunks[index].timings.encoderSeconds)
            }
            for index in value.events.indices {
                take(&value.events[index].startSeconds)
                take(&value.events[index].endSeconds)
            }
            (value.durationSeconds, value.provenance.wallSeconds) = (0, 0)
            return numbers
        }
        let (left, right) = (numbers(&found), numbers(&source))
        guard found == source, left.count == right.count else { return .infinity }
        return zip(left, right).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    /// The golden with one place changed.
    private func edited(_ old: String, _ new: String) throws -> [UInt8] {
        let text = String(decoding: Format.json.render(richTranscription), as: UTF8.self)
        let range = try #require(text.range(of: old), "\(old)")
        return Array(text.replacingCharacters(in: range, with: new).utf8)
    }

    @Test func `each thing that is wrong has its sentence`() throws {
        let cases: [(old: String, new: String, message: String)] = [
            (
                "\"version\" : 2", "\"version\" : 1",
                "It has version 1, from before files could be read again. Transcribe the recording again."
            ),
            (
                "\"version\" : 2", "\"version\" : 3",
                "It has version 3, and this Sotto reads 2 only. Use a newer Sotto."
            ),
            (
                "\"version\" : 2", "\"versions\" : 2",
                "It is JSON, but not a transcript of Sotto: it has no version."
            ),
            (
                "\"version\" : 2", "\"version\" : \"2\"",
                "It is JSON, but not a transcript of Sotto: it has no version."
            ),
            ("{", "[", "It is not JSON."),
            ("\"recording\" :", "\"recordings\" :", "It has no recording."),
            (
                "\"recording\" : \"m", "\"recording\" : \"/etc/m",
                "Its recording is not a name without folders."
            ),
            ("\"duration\" : 110", "\"duration\" : -1", "Its duration is negative."),
            (
                "\"duration\" : 110", "\"duration\" : 1e300",
                "Its duration is more than thirty years."
            ),
            ("\"duration\" : 110", "\"duration\" : \"110\"", "Its duration is not a number."),
            (
                "\"raw_text\" : \"Yes.\"", "\"raw_text\" : \"No.\"",
                "Its segments[4].text is not its raw_text with its changes."
            ),
            ("\"start\" : 45.6", "\"start\" : 145.6", "Its segments[5].end is before its start."),
            ("\"start\" : 45.6,", "", "It has no segments[5].start."),
            (
                "\"raw_offset\" : 69", "\"raw_offset\" : 690",
                "Its segments[0].doubtful_words[0] is outside the text, or not in order."
            ),
            (
                "\"raw_length\" : 6", "\"raw_length\" : 9223372036854775807",
                "Its segments[0].doubtful_words[0] is outside the text, or not in order."
            ),
            (
                "\"raw_length\" : 6", "\"raw_length\" : -6",
                "Its segments[0].doubtful_words[0] is outside the text, or not in order."
            ),
            (
                "\"before\" : \"i\"", "\"before\" : \"a\"",
                "Its segments[1].changes[0].before is not what the raw_text holds there."
            ),
            (
                "\"offset\" : 9,", "\"offset\" : 0,",
                "Its segments[1].changes[1] is outside the text, or not in order."
            ),
            (
                "\"end_sample\" : 480000", "\"end_sample\" : -1",
                "Its chunks[0].end_sample is not a place after its start."
            ),
            (
                "\"finish_reason\" : \"stop\"", "\"finish_reason\" : \"end\"",
                "Its chunks[0].finish_reason holds a value that is out of range."
            ),
            ("-0.25", "0.25", "Its chunks[0].token_logprobs[0] is no logarithm of a probability."),
            ("11528", "11528.5", "Its content holds a number that is out of range."),
        ]
        for (old, new, message) in cases {
            let bytes = try edited(old, new)
            let error = #expect(throws: TranscriptionFileError.self, "\(new)") {
                try Transcription(json: bytes)
            }
            #expect(error?.description == message)
        }
        for bytes: [UInt8] in [
            [], [0xFF, 0xFE], Array("null".utf8),
            Array(repeating: UInt8(ascii: "["), count: 1 << 20),
        ] {
            let error = #expect(throws: TranscriptionFileError.self) {
                try Transcription(json: bytes)
            }
            #expect([.notJSON, .notATranscription].contains(error))
        }
    }

    @Test func `damaged files are refused or read, and what is read is rendered`() {
        let golden = Format.json.render(richTranscription)
        var readCount = 0
        for number in 0..<Mutation.count(usually: 6000) {
            let damaged = Mutation(number: number, name: "json").applied(to: golden)
            guard let read = try? Transcription(json: damaged) else { continue }
            readCount += 1
            for format in Format.allCases { #expect(!format.render(read).isEmpty) }
        }
        #expect(readCount > 20)
    }

    @Test func `numbers that are hostile are refused or rendered`() throws {
        let text = String(decoding: Format.json.render(richTranscription), as: UTF8.self)
        let numbers = text.matches(of: /: (-?[0-9.]+)/).map(\.1)
        var random = SplitMix64(state: 5)
        for _ in 0..<3000 {
            let place = try #require(numbers.randomElement(using: &random))
            let new = [
                "-1", "1e9", "1e308", "9223372036854775807", "-9223372036854775808", "0", "0.5",
                "999999", "1e-320",
            ].randomElement(using: &random)!
            let damaged = text.replacingCharacters(in: place.startIndex..<place.endIndex, with: new)
            guard let read = try? Transcription(json: Array(damaged.utf8)) else { continue }
            for format in Format.allCases { _ = format.render(read) }
        }
    }
}
