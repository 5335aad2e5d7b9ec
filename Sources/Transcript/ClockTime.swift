/// Seconds as whole milliseconds, as every format writes them.
func milliseconds(_ seconds: Double) -> Int {
    Int(min(max(0, (seconds * 1000).rounded()), 1e15))
}

/// `00:12:34`, and with a mark `00:12:34,567`.
func clockTime(milliseconds: Int, mark: String? = nil) -> String {
    func padded(_ value: Int, _ digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    let seconds = milliseconds / 1000
    let whole = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }
    return whole.joined(separator: ":") + (mark.map { $0 + padded(milliseconds % 1000, 3) } ?? "")
}

/// `00:12:34`, rounded down: where a player is sent to hear it.
func clockTime(_ seconds: Double) -> String {
    clockTime(milliseconds: milliseconds(seconds))
}
