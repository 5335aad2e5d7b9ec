import Audio

/// What a reader should know about a recording, in sentences.
struct RecordingWarnings {
    /// Samples at 16 kHz that were read, from the start of the recording.
    let sampleCount: Int
    /// Samples there should have been, where that is known.
    let expectedSampleCount: Int?

    func sentences(flaws: [RecordingFlaw], failure: AudioError?) -> [String] {
        flaws.map(sentence) + (failure.map { [sentence($0)] } ?? [])
    }

    private func sentence(_ failure: AudioError) -> String {
        "The recording could be read up to \(seconds(sampleCount)) only: \(failure)"
    }

    private func sentence(_ flaw: RecordingFlaw) -> String {
        switch flaw {
        case .truncated:
            let claimed = expectedSampleCount ?? 0
            let expected = claimed > sampleCount ? " of \(seconds(claimed))" : ""
            return "The recording breaks off after \(seconds(sampleCount))\(expected): "
                + "the file is incomplete."
        case .damaged(let count, let first):
            let places = count == 1 ? "1 place" : "\(count) places"
            return "The recording is damaged in \(places), first at \(seconds(first)): "
                + "there is silence instead."
        case .followed:
            return "Another recording follows in the same file and was not read: split the file."
        case .changed:
            return "The file was changed while it was read: the text may be neither of before nor "
                + "of after."
        }
    }

    private func seconds(_ sampleCount: Int) -> String {
        hundredths(Double(sampleCount) / 16000) + " s"
    }
}

/// A number of seconds to 1/100.
func hundredths(_ seconds: Double) -> String {
    let total = Int((seconds * 100).rounded())
    let rest = "\(total % 100)"
    return "\(total / 100)." + (rest.count < 2 ? "0" : "") + rest
}
