// Formats of rows: one for each segment, sound and gap, in order of time.

/// The tsv format: start and end in milliseconds, and the text in one line. The speaker's name comes before
/// the text; doubts are not in it.
func renderTSV(_ transcription: Transcription) -> String {
    transcription.rows.reduce(into: "start\tend\ttext\n") { table, row in
        let text =
            switch row {
            case .first(let segment): speakerPrefix(segment.speaker) + lineText(segment.text)
            case .second(let notice): notice.label
            }
        let (start, end) = times(row)
        table += "\(milliseconds(start))\t\(milliseconds(end))\t\(text)\n"
    }
}

/// The csv format of RFC 4180, with a byte order mark, by which spreadsheets know UTF-8. Times are seconds.
func renderCSV(_ transcription: Transcription) -> String {
    let names = "start,end,kind,speaker,language,text,doubtful,doubtful_words\r\n"
    return transcription.rows.reduce(into: "\u{FEFF}" + names) { table, row in
        let cells =
            switch row {
            case .first(let segment):
                [
                    "text", segment.speaker ?? "", segment.language, segment.text,
                    segment.isDoubtful ? "yes" : "no",
                    segment.runs.filter(\.isDoubtful).map(\.text).joined(separator: " | "),
                ]
            case .second(let notice):
                [notice.kind.rawValue, "", "", notice.kind == .event ? notice.name : "", "", ""]
            }
        let (start, end) = times(row)
        let line = [decimal(start), decimal(end)] + cells.map(cell)
        table += line.joined(separator: ",") + "\r\n"
    }
}

extension Transcription {
    fileprivate var rows: [Either<Segment, Notice>] {
        merged(segments, notices, place: \.startSeconds, \.startSeconds)
    }
}

private func times(_ row: Either<Segment, Notice>) -> (start: Double, end: Double) {
    switch row {
    case .first(let segment): (segment.startSeconds, segment.endSeconds)
    case .second(let notice): (notice.startSeconds, notice.endSeconds)
    }
}

/// `12.345`
private func decimal(_ seconds: Double) -> String {
    let milliseconds = milliseconds(seconds)
    let fraction = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
}

/// A cell that a spreadsheet takes for text: what it would take for a formula begins with an apostrophe.
/// Line breaks and tabs stay, other control characters do not.
private func cell(_ text: String) -> String {
    let shown = text.unicodeScalars.filter {
        !isUnfit($0) || $0.properties.isWhitespace
    }
    let isFormula = shown.first.map { "=+-@＝＋－＠\t\r".unicodeScalars.contains($0) } ?? false
    let cell = (isFormula ? "'" : "") + String(String.UnicodeScalarView(shown))
    guard shown.contains(where: { "\",\t\n\r".unicodeScalars.contains($0) }) else { return cell }
    return "\"\(replacing(["\"": "\"\""], in: cell))\""
}
