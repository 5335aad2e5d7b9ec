/// Why a rule of the polish cannot be applied.
///
/// Messages name what the user wrote as options; they never hold what was said.
public enum PolishError: Error, Hashable, Sendable, CustomStringConvertible {
    /// OpenCC could not be opened; `reason` is in its words.
    case noConverter(configuration: String, reason: String)
    /// OpenCC opened and then failed on a text; `reason` is in its words.
    case notConverted(configuration: String, reason: String)
    /// A replacement looks for nothing.
    case emptyPattern(replacement: String)
    /// A pattern is no regular expression.
    case badExpression(pattern: String, reason: String)
    /// What stands instead names what its pattern does not have.
    case badReplacement(pattern: String, replacement: String, reason: String)
    /// A regular expression took too long on a text, which stays as it was.
    case timedOut(pattern: String)
    /// A replacement made a text many times as long; it stays as it was.
    case tooLong(pattern: String)
    /// A regular expression needed too much memory on a text, which stays as it was.
    case tooDeep(pattern: String)

    /// A stable name for API clients; it never changes once released.
    public var code: String {
        switch self {
        case .noConverter: "polish_no_converter"
        case .notConverted: "polish_not_converted"
        case .emptyPattern: "polish_empty_pattern"
        case .badExpression: "polish_bad_expression"
        case .badReplacement: "polish_bad_replacement"
        case .timedOut: "polish_timed_out"
        case .tooLong: "polish_too_long"
        case .tooDeep: "polish_too_deep"
        }
    }

    /// One sentence for what happened, one for what to do.
    public var description: String {
        switch self {
        case .noConverter(let configuration, let reason):
            "Chinese characters cannot be converted: OpenCC does not open '\(configuration)' (\(reason)). "
                + "Install its dictionaries (libopencc-data) or leave the characters as they are heard."
        case .notConverted(let configuration, let reason):
            "Chinese characters were not converted: OpenCC failed with '\(configuration)' (\(reason)). "
                + "They stay as they were heard."
        case .emptyPattern(let replacement):
            "A replacement by '\(replacement)' looks for nothing. Write what it replaces."
        case .badExpression(let pattern, let reason):
            "'\(pattern)' is no regular expression: \(reason). Correct it, or make it a literal replacement."
        case .badReplacement(let pattern, let replacement, let reason):
            "'\(replacement)' cannot replace '\(pattern)': \(reason). "
                + "Write '\\' before a character that stands for itself."
        case .timedOut(let pattern):
            "The regular expression '\(pattern)' took too long on a segment, which stays as it was. "
                + "Repetitions inside repetitions take that long; write it without them."
        case .tooLong(let pattern):
            "The replacement of '\(pattern)' made a segment too long, which stays as it was before it."
        case .tooDeep(let pattern):
            "The regular expression '\(pattern)' needed too much memory on a segment, which stays as it was. "
                + "Write it without repetitions of groups."
        }
    }
}
