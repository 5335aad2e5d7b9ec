/// What somebody says at a stretch, in characters: white space is single spaces, none at the ends.
struct CaptionText {
    private(set) var characters: [Character] = []
    /// Whether a reader should listen to the character again.
    private(set) var isDoubtful: [Bool] = []
    /// Characters at the start that nobody says: the speaker's name.
    private(set) var prefixCount = 0

    init(_ runs: [TextRun], prefix: String = "") {
        append(prefix, isDoubtful: false)
        if characters.last == " " { removeLast() }
        prefixCount = characters.count
        if prefixCount > 0 { append(" ", isDoubtful: false) }
        for run in runs { append(run.text, isDoubtful: run.isDoubtful) }
        if characters.last == " " { removeLast() }
    }

    private mutating func append(_ text: String, isDoubtful: Bool) {
        for character in text {
            let isSpace = Self.isSpace(character)
            if isSpace && (characters.last ?? " ") == " " { continue }
            characters.append(isSpace ? " " : character)
            self.isDoubtful.append(isDoubtful)
        }
    }

    private mutating func removeLast() {
        characters.removeLast()
        isDoubtful.removeLast()
    }

    /// White space at which a line may break.
    private static func isSpace(_ character: Character) -> Bool {
        let noBreakSpaces: Set<Character> = ["\u{A0}", "\u{202F}"]
        return character.isWhitespace && !noBreakSpaces.contains(character)
    }

    /// A part, cut where doubtful words begin and end.
    func runs(_ range: Range<Int>) -> [TextRun] {
        var runs: [TextRun] = []
        for index in range {
            let character = characters[index]
            if let last = runs.last, last.isDoubtful == isDoubtful[index] {
                runs[runs.count - 1].text.append(character)
            } else {
                runs.append(
                    TextRun(text: String(character), isDoubtful: isDoubtful[index]))
            }
        }
        return runs
    }
}
