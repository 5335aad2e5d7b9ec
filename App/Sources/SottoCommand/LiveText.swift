import Transcript

/// What a terminal is sent while text is recognised: what is certain for good, and after it what is heard at
/// present, rewritten in place. That may still change, so it never takes more than one line: of a longer
/// text the end is shown.
struct LiveText {
    /// Whether something was written since the last line ended.
    private(set) var isOpen = false
    /// The certain text that came last.
    private var certain = ""
    /// Where the certain text ends; the width of the terminal after a character in the last column.
    private var column = 0
    /// Whether a text that may change stands in the line below the certain text.
    private var isBelow = false

    /// Appends text that is certain.
    mutating func append(_ text: String, columns: Int) -> String {
        let back = goBack(columns: columns)
        certain = text
        isOpen = true
        for character in text {
            let width = character.columnCount
            if character.isNewline {
                column = 0
            } else if column + width > columns {
                column = width
            } else {
                column += width
            }
        }
        return back + text
    }

    /// Shows what is heard at present in place of what was shown before.
    mutating func show(_ partial: String, columns: Int) -> String {
        let back = goBack(columns: columns)
        let text = partial.replacingControls(by: " ")
        guard !text.isEmpty else { return back }
        isOpen = true
        // Where the line has little room left, the next one is taken; the last column stays free.
        let room = columns - 1 - column
        isBelow = column > 0 && room < columns / 2
        if isBelow { return back + "\n" + text.end(columns: columns - 1) }
        let separator = Seam.separator(between: certain, and: text)
        return back + separator + text.end(columns: room - separator.count)
    }

    /// Leaves the certain text alone, and ends its line.
    mutating func end(columns: Int) -> String {
        let back = goBack(columns: columns)
        defer { self = LiveText() }
        return back + (column == 0 && !certain.isEmpty ? "" : "\n")
    }

    /// Goes to the end of the certain text, and erases what follows.
    private mutating func goBack(columns: Int) -> String {
        let up = isBelow ? "\r\u{1B}[K" : ""
        defer { isBelow = false }
        if column >= columns {
            // The next character belongs in the next line.
            if isBelow { column = 0 }
            return up
        }
        return up + (isBelow ? "\u{1B}[A" : "") + "\u{1B}[\(column + 1)G\u{1B}[K"
    }
}
