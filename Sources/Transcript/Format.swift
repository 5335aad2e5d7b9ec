/// A way to write a transcription down. Adding one is a case here and a function beside it.
///
/// What each holds and leaves out is told in `docs/formats.md`.
public enum Format: String, Hashable, Sendable, CaseIterable {
    /// The text alone, in paragraphs.
    case txt
    /// Paragraphs with times, speakers, sounds, gaps and doubts, to read and to edit.
    case md
    /// The same for word processors.
    case docx
    /// Subtitles for players.
    case srt
    /// Subtitles for the web.
    case vtt
    /// Start, end and text of each segment.
    case tsv
    /// A spreadsheet with a row for each segment, sound and gap.
    case csv
    /// Everything, for programs; it can be read again.
    case json

    /// The whole file. Texts are UTF-8 and end in a line break.
    ///
    /// - Parameter inSeries: whether it is one of several in one stream: then JSON takes one line.
    public func render(_ transcription: Transcription, inSeries: Bool = false) -> [UInt8] {
        switch self {
        case .txt: Array(renderPlainText(transcription).utf8)
        case .md: Array(renderMarkdown(transcription).utf8)
        case .docx: renderWordDocument(transcription)
        case .srt: Array(renderSRT(transcription).utf8)
        case .vtt: Array(renderVTT(transcription).utf8)
        case .tsv: Array(renderTSV(transcription).utf8)
        case .csv: Array(renderCSV(transcription).utf8)
        case .json: renderJSON(transcription, inOneLine: inSeries)
        }
    }

    /// For `Content-Type`.
    public var mediaType: String {
        switch self {
        case .txt: "text/plain; charset=utf-8"
        case .md: "text/markdown; charset=utf-8"
        case .docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
        case .srt: "application/x-subrip; charset=utf-8"
        case .vtt: "text/vtt; charset=utf-8"
        case .tsv: "text/tab-separated-values; charset=utf-8"
        case .csv: "text/csv; charset=utf-8; header=present"
        case .json: "application/json"
        }
    }

    /// Without the dot.
    public var fileExtension: String { rawValue }

    /// Whether a terminal can show it.
    public var isText: Bool { self != .docx }

    /// Whether several may follow each other in one stream.
    public var canFollowItself: Bool {
        switch self {
        case .txt, .md, .json: true
        case .docx, .srt, .vtt, .tsv, .csv: false
        }
    }

    /// The format that a file's name ends in, in any case; `nil` if it is none.
    public init?(fileExtension: String) {
        self.init(rawValue: fileExtension.lowercased())
    }
}
