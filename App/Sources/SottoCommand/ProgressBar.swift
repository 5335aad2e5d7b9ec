import Transcript

/// How far the work on one recording is, as a line.
struct ProgressBar {
    enum Stage: String {
        case loading = "loading the model"
        case listening
        case done
    }

    var stage: Stage
    /// Which of several recordings, from 1.
    var number = 1
    var count = 1
    var name = ""
    var doneSeconds = 0.0
    /// `nil` if the recording does not say.
    var totalSeconds: Double?
    /// Seconds of sound in a second of time; `nil` until it is known.
    var speed: Double?

    /// At most so many columns wide: the bar and the name give way first.
    func line(columns: Int) -> String {
        let head = count > 1 ? "\(stage.rawValue) \(number)/\(count)" : stage.rawValue
        let numbers = numbers
        // Three spaces between the four parts.
        let room = columns - head.columnCount - numbers.columnCount - 3
        let bar = fraction.map { Self.bar($0, columns: min(22, room / 2)) } ?? ""
        let shortName = room - bar.count < 4 ? "" : name.start(columns: room - bar.count)
        return [head, shortName, bar, numbers].filter { !$0.isEmpty }.joined(separator: " ")
            .start(columns: columns)
    }

    private var fraction: Double? {
        totalSeconds.flatMap { $0 > 0 ? min(1, max(0, doneSeconds / $0)) : nil }
    }

    /// Percent, position, speed, time left; what is not known is left out.
    private var numbers: String {
        guard stage != .loading else { return "" }
        var parts: [String] = []
        if let fraction { parts.append("\(Int(fraction * 100))%") }
        parts.append(clockTime(doneSeconds) + (totalSeconds.map { "/" + clockTime($0) } ?? ""))
        if let speed {
            parts.append(timesRealTime(speed, in: 1))
            if let totalSeconds, stage == .listening, speed > 0 {
                parts.append("\(clockTime(max(0, totalSeconds - doneSeconds) / speed)) left")
            }
        }
        return parts.joined(separator: " ")
    }

    private static func bar(_ fraction: Double, columns: Int) -> String {
        let inside = columns - 2
        guard inside >= 4 else { return "" }
        let full = Int(fraction * Double(inside))
        return "[" + String(repeating: "#", count: full)
            + String(repeating: "-", count: inside - full) + "]"
    }
}
