/// One line on a terminal that says how far the work is: time and speed, then the latest words.
struct ProgressLine {
    let isShown: Bool
    private var position = "listening …"
    private var words = ""
    private let clock = ContinuousClock()
    private var started: ContinuousClock.Instant

    init(isShown: Bool) {
        self.isShown = isShown
        started = clock.now
    }

    mutating func start() {
        started = clock.now
        show(position)
    }

    /// Takes what is heard at present.
    mutating func hear(_ text: String) {
        words = String(text.suffix(40))
        show(position + "  … " + words)
    }

    mutating func update(doneSeconds: Double, totalSeconds: Double?) {
        let elapsed = (clock.now - started) / .seconds(1)
        let speed = elapsed > 0 ? doneSeconds / elapsed : 0
        let total = totalSeconds.map { " of \(rounded($0, 10)) s" } ?? " s"
        var line = "\(rounded(doneSeconds, 10))\(total), \(rounded(speed, 10)) × real time"
        if let totalSeconds, speed > 0 {
            line += ", \(rounded((totalSeconds - doneSeconds) / speed, 1)) s left"
        }
        position = line
        show(position)
    }

    func clear() {
        show("")
    }

    private func show(_ line: String) {
        // Back to the start of the line, and erase to its end.
        if isShown { Console.writeNotice("\r\u{1B}[K\(line)") }
    }

    private func rounded(_ value: Double, _ parts: Double) -> String {
        let result = (value * parts).rounded() / parts
        return parts == 1 ? "\(Int(result))" : "\(result)"
    }
}
