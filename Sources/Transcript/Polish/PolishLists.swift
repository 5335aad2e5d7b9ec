/// Files in which a user lists words and replacements, one a line.
///
/// Lines that begin with `#` are comments, and empty ones mean nothing.
public enum PolishLists {
    /// Why a line of a file cannot be read.
    public struct Flaw: Error, Hashable, Sendable, CustomStringConvertible {
        /// From 1.
        public var line: Int
        /// In a sentence or two.
        public var reason: String

        /// `line 3: …`, for the name of the file to stand before it.
        public var description: String { "line \(line): \(reason)" }
    }

    /// Replacements: what is looked for, a tab, and what stands instead, which may be empty. `/…/` is a regular
    /// expression. All else is literal: it matches wherever it stands, also inside words, with its capitals
    /// and spaces. Write a literal `#` at the start of a line, or a tab, as an expression.
    ///
    /// - Throws: ``Flaw`` for the first line that is none, or holds a bad expression.
    public static func replacements(_ text: String) throws(Flaw) -> [Replacement] {
        var found: [Replacement] = []
        for (number, line) in lines(text) {
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
            guard fields.count > 1 else {
                throw Flaw(
                    line: number,
                    reason:
                        "There is no tab. Write what is looked for, a tab, and what stands instead."
                )
            }
            guard fields.count == 2 else {
                throw Flaw(
                    line: number,
                    reason:
                        "There are \(fields.count - 1) tabs. Write '\\t' in a regular expression for a tab."
                )
            }
            guard !fields[0].hasPrefix("/") || fields[0].hasSuffix("/")
            else {
                throw Flaw(
                    line: number,
                    reason: "What begins with '/' is a regular expression and ends with '/'. "
                        + "Write /\\/…/ for a literal '/' at the start.")
            }
            let replacement = replacement(fields[0], by: fields[1])
            do throws(PolishError) {
                _ = try Replacer(replacement)
            } catch {
                throw Flaw(line: number, reason: error.description)
            }
            found.append(replacement)
        }
        return found
    }

    private static func replacement(_ from: Substring, by to: Substring) -> Replacement {
        let isExpression = from.utf8.count > 1 && from.first == "/" && from.last == "/"
        return Replacement(
            pattern: String(isExpression ? from.dropFirst().dropLast() : from),
            replacement: String(to), isRegularExpression: isExpression)
    }

    /// Words whose spelling is known, without the white space around them; each once.
    public static func hotWords(_ text: String) -> [String] {
        var words: [String] = []
        for (_, line) in lines(text) {
            let word = line.strippingWhitespace()
            if !word.isEmpty, !words.contains(word) { words.append(word) }
        }
        return words
    }

    /// Lines that mean something, with their numbers; a byte order mark is none of them.
    private static func lines(_ text: String) -> [(number: Int, line: Substring)] {
        let scalars = text.unicodeScalars
        let body = String(scalars.first == "\u{FEFF}" ? scalars.dropFirst() : scalars[...])
        return body.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
            .enumerated()
            .map { ($0 + 1, $1) }
            .filter { !$1.strippingWhitespace().isEmpty && !$1.hasPrefix("#") }
    }
}
