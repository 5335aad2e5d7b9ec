/// A subtitle: what is shown, and when.
struct Cue: Hashable {
    var startMilliseconds: Int
    var endMilliseconds: Int
    /// One or two.
    var lines: [[TextRun]]
    /// Who speaks, where somebody said or found out.
    var speaker: String?

    /// The lines without marks.
    var text: String {
        lines.map { $0.map(\.text).joined() }.joined(separator: "\n")
    }
}

/// What readers can follow, by the practice of broadcasters and film companies.
struct CueLimits {
    /// Columns of a line: 42 Latin letters or 20 Chinese characters.
    static let lineColumns = 42
    static let wideCharacters = 20
    static let lines = 2
    static let shortestSeconds = 1.0
    static let longestSeconds = 7.0
    static let gapSeconds = 0.08
    /// The least that a cue has where more text is said than time allows.
    static let leastSeconds = 0.2
    /// Seconds to read a character: 17 a second, of Chinese 9.
    static let (narrowSeconds, wideSeconds) = (1.0 / 17, 1.0 / 9)
}
