import Sotto

/// What is shown of one recording while it is heard: its text where that was asked for, and how far the
/// work is.
struct Display {
    /// Whether the text goes to the standard output as it becomes certain.
    private let streamsText: Bool
    /// Comes before the first text; empty once that is written.
    private var heading: String
    private var progress: ProgressLine
    /// Where text is shown before it is certain, if it is.
    private let liveTerminal: Terminal?
    private var liveText = LiveText()

    init(
        of bar: ProgressBar, streamsText: Bool, heading: String, showsLiveText: Bool, isQuiet: Bool
    ) {
        self.streamsText = streamsText
        self.heading = streamsText ? heading : ""
        let terminal = streamsText ? Terminal.output : .error
        liveTerminal = showsLiveText && terminal.canRewrite ? terminal : nil
        // Text and bar do not share a terminal.
        progress = ProgressLine(
            bar,
            isShown: !isQuiet && Terminal.error.canRewrite && liveTerminal == nil
                && !(streamsText && Terminal.output.isOne))
        progress.show(.listening)
        if liveTerminal != nil && !streamsText && bar.count > 1 {
            Console.writeNotice("\(bar.number)/\(bar.count) \(bar.name)\n")
        }
    }

    mutating func take(_ event: TranscriptionEvent) throws {
        if let liveTerminal {
            try show(event, on: liveTerminal)
            return
        }
        switch event {
        case .text(let text):
            guard streamsText else { return }
            // A pipe may lead to the same terminal.
            progress.clear()
            try Console.writeText(takeHeading() + text)
        case .partial:
            progress.hear()
        case .progress(let done, let total):
            progress.update(doneSeconds: done, totalSeconds: total)
        case .remark, .segment: return
        case .finished:
            progress.show(.done)
            guard streamsText else { return }
            progress.clear()
            try Console.writeText(takeHeading() + "\n")
        }
    }

    private mutating func takeHeading() -> String {
        defer { heading = "" }
        return heading
    }

    private mutating func show(_ event: TranscriptionEvent, on terminal: Terminal) throws {
        let columns = terminal.columnCount
        switch event {
        case .progress, .remark, .segment: return
        case .text, .partial, .finished: break
        }
        if !heading.isEmpty {
            try terminal.write(liveText.append(takeHeading(), columns: columns))
        }
        switch event {
        case .text(let text): try terminal.write(liveText.append(text, columns: columns))
        case .partial(let text): try terminal.write(liveText.show(text, columns: columns))
        case .progress, .remark, .segment: return
        case .finished: try terminal.write(liveText.end(columns: columns))
        }
    }

    /// Leaves the terminal to others.
    mutating func clear() {
        progress.clear()
        guard liveText.isOpen, let liveTerminal else { return }
        try? liveTerminal.write(liveText.end(columns: liveTerminal.columnCount))
    }
}
