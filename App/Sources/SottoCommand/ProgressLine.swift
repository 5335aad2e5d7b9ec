/// The progress bar on a terminal: redrawn in place, at most ten times a second.
struct ProgressLine {
    private let isShown: Bool
    private var bar: ProgressBar
    private let clock = ContinuousClock()
    private var lastDrawn: ContinuousClock.Instant?
    /// When the model began to work, and what an earlier run had done then: that goes by in no time and says
    /// nothing of the speed.
    private var start: (instant: ContinuousClock.Instant, doneSeconds: Double)
    private var hasHeard = false

    init(_ bar: ProgressBar, isShown: Bool) {
        self.bar = bar
        self.isShown = isShown
        start = (clock.now, 0)
    }

    mutating func show(_ stage: ProgressBar.Stage) {
        bar.stage = stage
        draw()
    }

    /// The model is at work on a piece.
    mutating func hear() {
        if !hasHeard && bar.doneSeconds > 0 { start = (clock.now, bar.doneSeconds) }
        hasHeard = true
        drawIfDue()
    }

    mutating func update(doneSeconds: Double, totalSeconds: Double?) {
        bar.doneSeconds = doneSeconds
        bar.totalSeconds = totalSeconds
        let elapsed = (clock.now - start.instant) / .seconds(1)
        if hasHeard && elapsed > 0 { bar.speed = (doneSeconds - start.doneSeconds) / elapsed }
        drawIfDue()
    }

    mutating func clear() {
        if lastDrawn != nil { Console.writeNotice("\r\u{1B}[K") }
        lastDrawn = nil
    }

    private mutating func drawIfDue() {
        if let lastDrawn, clock.now - lastDrawn < .milliseconds(100) { return }
        draw()
    }

    private mutating func draw() {
        guard isShown else { return }
        lastDrawn = clock.now
        // The last column stays free: some terminals would begin a new line. Then erase what is left.
        let line = bar.line(columns: Terminal.error.columnCount - 1)
        Console.writeNotice("\r\(line)\u{1B}[K")
    }
}
