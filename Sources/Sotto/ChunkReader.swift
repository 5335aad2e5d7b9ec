import Audio
import Qwen3ASR

/// Reads a recording and cuts it, on a thread that may block.
actor ChunkReader {
    private nonisolated let executor = BlockingExecutor(label: "sotto.reader")
    private let source: any SampleSource
    private var planner = ChunkPlanner()
    private var isAtEnd = false
    private var sampleCount = 0

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.unowned }

    init(_ source: sending any SampleSource) {
        self.source = source
    }

    /// The next chunk; `nil` at the end.
    func next() throws(AudioError) -> PlannedChunk? {
        while true {
            if let chunk = planner.next(isAtEnd: isAtEnd) { return chunk }
            guard !isAtEnd else { return nil }
            if let samples = try source.next() {
                sampleCount += samples.count
                planner.append(samples)
            } else {
                isAtEnd = true
            }
        }
    }

    /// Length of the recording, as far as its header tells.
    var expectedSeconds: Double? { source.expectedSampleCount.map { Double($0) / 16000 } }

    /// What a reader of the transcript should know about the input.
    var warnings: [String] {
        guard source.isTruncated else { return [] }
        let expected = expectedSeconds.map { " of \(hundredths($0)) s" } ?? ""
        return [
            "The recording breaks off after \(hundredths(Double(sampleCount) / 16000)) s\(expected): "
                + "the file is incomplete."
        ]
    }
}

/// A number of seconds to 1/100.
func hundredths(_ seconds: Double) -> String {
    let total = Int((seconds * 100).rounded())
    let rest = "\(total % 100)"
    return "\(total / 100)." + (rest.count < 2 ? "0" : "") + rest
}
