import Testing

@testable import Transcript

/// What is known of a sentence only when the next segment is there.
@Suite struct SegmentPolisherTests {
    private func polished(
        _ segments: [(start: Double, end: Double, text: String, speaker: String?)],
        language: String = "English", rules: Set<PolishRule> = [.sentences]
    ) -> [String] {
        let transcription = Transcription(
            segments: segments.map {
                Segment(
                    startSeconds: $0.start, endSeconds: $0.end, text: $0.text, language: language,
                    speaker: $0.speaker, meanLogProbability: 0)
            },
            chunks: [], durationSeconds: 60,
            provenance: Provenance(model: "", device: "", version: "", wallSeconds: 0), warnings: []
        )
        return transcription.polished(PolishOptions(rules: rules)).transcription.segments.map(
            \.text)
    }

    @Test func `a sentence ends where nobody speaks for two seconds, to the millisecond`() {
        #expect(
            polished([(0, 0.3, "hello there", nil), (2.3, 3, "next one", nil)])
                == ["Hello there.", "Next one."])
        #expect(
            polished([(0, 0.3, "hello there", nil), (2.298, 3, "next one", nil)])
                == ["Hello there", "next one."])
    }

    @Test func `a sentence ends where another speaks`() {
        #expect(
            polished([(0, 1, "well", "Ann"), (1, 2, "yes", "Bob"), (2, 3, "and no", "Bob")])
                == ["Well.", "Yes", "and no."])
    }

    @Test func `a mark that is there is enough, and a comma may go on`() {
        #expect(
            polished([(0, 1, "really?", nil), (9, 10, "so,", nil), (19, 20, "(yes)", nil)])
                == ["Really?", "So,", "(yes)."])
    }

    @Test func `the mark is the language's, and one of the listed changes`() {
        #expect(polished([(0, 1, "好", nil)], language: "Chinese") == ["好。"])
        #expect(polished([(0, 1, "ดี", nil)], language: "Thai") == ["ดี"])
        #expect(polished([(0, 1, "so be it", nil)], rules: [.names]) == ["so be it"])
        var segment = Segment(
            startSeconds: 0, endSeconds: 1, text: "a gpu", language: "English",
            meanLogProbability: 0,
            changes: [TextChange(range: 2..<5, replacement: "GPU", rules: [.names])])
        segment.end(with: ".")
        #expect(segment.text == "a GPU.")
        #expect(
            segment.changes == [
                TextChange(range: 2..<5, replacement: "GPU.", rules: [.names, .sentences])
            ])
    }
}
