import Sotto

/// What is shown of one recording while it is heard: its text where that was asked for, and how far the
/// work is.
struct Display {
    /// Whether the text goes to the standard output as it becomes certain.
    private let streamsText: Bool
    private var progress: ProgressLine

    init(of bar: ProgressBar, streamsText: Bool, isQuiet: Bool) {
        self.streamsText = streamsText
        // Text and bar do not share a terminal.
        progress = ProgressLine(
            bar,
            isShown: !isQuiet && Terminal.error.canRewrite
                && !(streamsText && Terminal.output.isOne))
        progress.show(.listening)
    }

    mutating func take(_ event: TranscriptionEvent) throws {
        switch event {
        case .text(let text):
            guard streamsText else { return }
            // A pipe may lead to the same terminal.
            progress.clear()
            try Console.writeText(text)
        case .partial:
            progress.hear()
        case .progress(let done, let total):
            progress.update(doneSeconds: done, totalSeconds: total)
        case .finished:
            progress.show(.done)
            if streamsText {
                progress.clear()
                try Console.writeText("\n")
            }
        }
    }

    /// Leaves the terminal to others.
    mutating func clear() {
        progress.clear()
    }
}
