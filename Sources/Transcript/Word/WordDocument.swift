/// The docx format: what Markdown holds, with styles instead of marks.
///
/// Paragraphs have the styles Heading1 (the recording's name), BodyText (what is said) and Notice (sounds and
/// gaps); words the styles Time, Speaker and Doubtful.
///
/// Source: ECMA-376, Office Open XML, part 1.
func renderWordDocument(_ transcription: Transcription) -> [UInt8] {
    var archive = ZipArchive()
    archive.add("[Content_Types].xml", Array(contentTypes.utf8))
    archive.add("_rels/.rels", Array(packageRelationships.utf8))
    archive.add("word/document.xml", Array(wordDocumentXML(transcription).utf8))
    archive.add("word/_rels/document.xml.rels", Array(documentRelationships.utf8))
    archive.add("word/styles.xml", Array(wordStyles.utf8))
    return archive.data
}

/// The text of the document with its styles' names.
func wordDocumentXML(_ transcription: Transcription) -> String {
    let name = lineText(transcription.recordingName)
    var body = name.isEmpty ? "" : paragraph("Heading1", [run(name)], of: name)
    for block in transcription.blocks {
        let time = run("[\(clockTime(block.startSeconds))] ", style: "Time")
        switch block {
        case .paragraph(let source):
            let speaker = source.speaker.map { [run(speakerPrefix($0), style: "Speaker")] } ?? []
            body += paragraph("BodyText", [time] + speaker + words(source), of: source.text)
        case .notice(let notice):
            body += paragraph("Notice", [time, run(notice.sentence)], of: "")
        }
    }
    return xml(
        "<w:document xmlns:w=\"\(namespace)\"><w:body>\n\(body)"
            + "<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/>"
            + "<w:pgMar w:top=\"1440\" w:right=\"1440\" w:bottom=\"1440\" w:left=\"1440\" "
            + "w:header=\"720\" w:footer=\"720\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>")
}

private func words(_ paragraph: Paragraph) -> [String] {
    var (runs, last) = ([String](), "")
    for segment in paragraph.segments {
        let separator = Seam.separator(between: last, and: segment.text)
        if !separator.isEmpty { runs.append(run(separator)) }
        runs += segment.runs.map {
            run($0.text, style: $0.isDoubtful || segment.isDoubtful ? "Doubtful" : nil)
        }
        last = segment.text
    }
    return runs
}

/// - Parameter text: decides on which side the paragraph begins.
private func paragraph(_ style: String, _ runs: [String], of text: String) -> String {
    let direction = beginsAtTheRight(text) ? "<w:bidi/>" : ""
    return "<w:p><w:pPr><w:pStyle w:val=\"\(style)\"/>\(direction)</w:pPr>\(runs.joined())</w:p>\n"
}

/// Text is one line already: what XML forbids is not in it.
private func run(_ text: String, style: String? = nil) -> String {
    var properties = style.map { "<w:rStyle w:val=\"\($0)\"/>" } ?? ""
    if beginsAtTheRight(text) { properties += "<w:rtl/>" }
    if !properties.isEmpty { properties = "<w:rPr>\(properties)</w:rPr>" }
    return "<w:r>\(properties)<w:t xml:space=\"preserve\">\(withoutMarkup(text))</w:t></w:r>"
}

/// Whether the first letter is Hebrew, Arabic or of another script that is written from right to left.
private func beginsAtTheRight(_ text: String) -> Bool {
    let letter = text.unicodeScalars.first { $0.properties.isAlphabetic }
    return switch letter?.value ?? 0 {
    case 0x0590...0x08FF, 0xFB1D...0xFDFF, 0xFE70...0xFEFC, 0x10800...0x10FFF, 0x1E800...0x1EFFF:
        true
    default: false
    }
}
