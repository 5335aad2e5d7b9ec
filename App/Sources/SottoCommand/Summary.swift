import Transcript

/// What became of one recording.
enum RecordingResult: Hashable {
    /// - soundSeconds: how much of it was heard.
    case done(soundSeconds: Double)
    /// An earlier run wrote the transcript.
    case doneBefore
    case incomplete(soundSeconds: Double, reason: String)
    case failed(status: Int32, reason: String)
    /// The program was stopped before.
    case notBegun

    init(_ transcription: Transcription) {
        let heard = transcription.coverage.filter { $0.kind != .missing }
        let seconds = heard.reduce(0) { $0 + $1.endSeconds - $1.startSeconds }
        self =
            transcription.isComplete
            ? .done(soundSeconds: seconds)
            : .incomplete(
                soundSeconds: seconds, reason: transcription.warnings.joined(separator: " "))
    }
}

/// What became of all recordings that were asked for.
struct Summary {
    private var results: [(path: String, result: RecordingResult)] = []

    mutating func add(_ result: RecordingResult, of path: String) {
        results.append((path, result))
    }

    var count: Int { results.count }

    /// The first failure's; else 75 if anything is incomplete or was not begun.
    var exitStatus: Int32 {
        var status: Int32 = 0
        for (_, result) in results {
            switch result {
            case .failed(let code, _): return code
            case .incomplete, .notBegun: status = ExitStatus.incomplete
            case .done, .doneBefore: break
            }
        }
        return status
    }

    /// A line for each recording that failed or is incomplete, and one for all.
    func lines(elapsedSeconds: Double) -> [String] {
        var lines: [String] = []
        var counts = [0, 0, 0, 0, 0]
        var soundSeconds = 0.0
        for (path, result) in results {
            switch result {
            case .done(let seconds):
                counts[0] += 1
                soundSeconds += seconds
            case .doneBefore:
                counts[1] += 1
            case .incomplete(let seconds, let reason):
                counts[2] += 1
                soundSeconds += seconds
                lines.append("'\(path)' is incomplete: \(reason)")
            case .failed(_, let reason):
                counts[3] += 1
                lines.append("'\(path)' failed: \(reason)")
            case .notBegun:
                counts[4] += 1
            }
        }
        let names = ["done", "done before", "incomplete", "failed", "not begun"]
        let parts = zip(counts, names).filter { $0.0 > 0 || $0.1 == "done" }
        var total = parts.map { "\($0.0) \($0.1)" }.joined(separator: ", ") + "."
        if soundSeconds > 0 {
            total +=
                " \(clockTime(soundSeconds)) of sound in \(clockTime(elapsedSeconds)), "
                + "\(timesRealTime(soundSeconds, in: elapsedSeconds)) real time."
        }
        return lines + [total]
    }
}

/// Seconds as `h:mm:ss`.
func clockTime(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
    return "\(whole / 3600):\(twoDigits(whole / 60 % 60)):\(twoDigits(whole % 60))"
}

/// How many times faster than the sound, `12.3x`.
func timesRealTime(_ soundSeconds: Double, in elapsedSeconds: Double) -> String {
    let tenths = Int((10 * soundSeconds / max(elapsedSeconds, 0.001)).rounded())
    return "\(tenths / 10).\(tenths % 10)x"
}
