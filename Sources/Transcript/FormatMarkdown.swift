/// The md format: the recording's name as heading, then in order of time a block for each paragraph, sound
/// and gap, with its time.
///
/// `word[?]` may be wrong, `[? words ?]` is a passage that may be wrong as a whole.
func renderMarkdown(_ transcription: Transcription) -> String {
    let name = lineText(transcription.recordingName)
    let title = name.isEmpty ? [] : ["# \(escaped(name))"]
    let blocks = transcription.blocks.map { block in
        let time = "[\(clockTime(block.startSeconds))] "
        switch block {
        case .paragraph(let paragraph):
            let speaker = paragraph.speaker.map { "**\(escaped(lineText($0))):** " } ?? ""
            return time + speaker + words(paragraph)
        case .notice(let notice):
            return time + "[\(escaped(notice.sentence.dropFirst().dropLast()))]"
        }
    }
    return (title + blocks).joined(separator: "\n\n") + "\n"
}

private func words(_ paragraph: Paragraph) -> String {
    var (text, last) = ("", "")
    for segment in paragraph.segments {
        let words = segment.runs.reduce(into: "") {
            $0 += escaped($1.text) + ($1.isDoubtful ? "[?]" : "")
        }
        text += Seam.separator(between: last, and: segment.text)
        text += segment.isDoubtful ? "[? \(words) ?]" : words
        last = segment.text
    }
    return text
}

/// Text that Markdown must not take for its own marks.
private func escaped(_ text: some StringProtocol) -> String {
    let marks: Set<Unicode.Scalar> = ["\\", "`", "*", "_", "[", "]", "<", ">", "&", "~"]
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if marks.contains(scalar) { result.append("\\") }
        result.append(scalar)
    }
    return String(result)
}

/// What a document is made of.
enum Block: Hashable {
    case paragraph(Paragraph)
    case notice(Notice)

    var startSeconds: Double {
        switch self {
        case .paragraph(let paragraph): paragraph.startSeconds
        case .notice(let notice): notice.startSeconds
        }
    }
}

extension Transcription {
    /// Paragraphs, sounds and gaps in order of time.
    var blocks: [Block] {
        merged(paragraphs, notices, place: \.startSeconds, \.startSeconds)
            .map { item in
                switch item {
                case .first(let paragraph): .paragraph(paragraph)
                case .second(let notice): .notice(notice)
                }
            }
    }
}
