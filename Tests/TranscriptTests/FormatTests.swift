import Foundation
import TestSupport
import Testing

@testable import Transcript

@Suite struct FormatTests {
    /// A golden that is not there is written, and the test fails: look at it before you keep it.
    @Test(arguments: Format.allCases.filter { $0 != .docx })
    func `each format gives its golden`(format: Format) throws {
        try expectGolden(format.render(richTranscription), "rich.\(format.fileExtension)")
    }

    @Test func `the text of the Word document is its golden`() throws {
        try expectGolden(Array(wordDocumentXML(richTranscription).utf8), "rich.docx.xml")
    }

    private func expectGolden(_ found: [UInt8], _ name: String) throws {
        let url = Fixtures.folder.appending(path: "formats/\(name)")
        guard let expected = try? Data(contentsOf: url) else {
            try Data(found).write(to: url)
            Issue.record("\(name) was written")
            return
        }
        #expect(found == [UInt8](expected), "\(String(decoding: found, as: UTF8.self))")
    }

    @Test func `a transcription without words is a file in every format`() {
        let empty = Transcription(
            segments: [], chunks: [], durationSeconds: 0,
            provenance: Provenance(model: "", device: "", version: "", wallSeconds: 0), warnings: []
        )
        let texts = [
            Format.txt: "\n", .md: "\n", .srt: "", .vtt: "WEBVTT\n", .tsv: "start\tend\ttext\n",
            .csv: "\u{FEFF}start,end,kind,speaker,language,text,doubtful,doubtful_words\r\n",
        ]
        for (format, text) in texts {
            #expect(String(decoding: format.render(empty), as: UTF8.self) == text)
        }
    }

    @Test func `a name's extension tells the format, in any case`() {
        for format in Format.allCases {
            #expect(Format(fileExtension: format.fileExtension.uppercased()) == format)
        }
        #expect(Format(fileExtension: "mp3") == nil)
        #expect(Format.allCases.filter { !$0.isText } == [.docx])
    }

    @Test func `only texts and lines of JSON follow each other in one stream`() {
        #expect(Format.allCases.filter(\.canFollowItself) == [.txt, .md, .json])
        let line = Format.json.render(richTranscription, inSeries: true)
        #expect(line.count { $0 == UInt8(ascii: "\n") } == 1)
        #expect(line.last == UInt8(ascii: "\n"))
    }

    @Test func `text as it is streamed is the txt format, whatever is said`() {
        for number in 0..<500 {
            let transcription = RandomTranscription(number: number).transcription
            var (stream, text) = (PlainText(), "")
            for segment in transcription.segments { text += stream.append(segment) }
            let rendered = String(decoding: Format.txt.render(transcription), as: UTF8.self)
            #expect(text + "\n" == rendered)
            let paragraphs = transcription.paragraphs.map {
                ($0.speaker.map { "\($0): " } ?? "") + $0.text
            }
            #expect(rendered == paragraphs.joined(separator: "\n\n") + "\n")
        }
    }

    @Test func `cells that a spreadsheet would run are text`() {
        for start in ["=", "+", "-", "@", "\t", "\r", "\u{0}=", "＝"] {
            var transcription = richTranscription
            transcription.segments = [richTranscription.segments[4]]
            transcription.segments[0].rawText = start + "1+1,\"a\""
            let csv = String(decoding: Format.csv.render(transcription), as: UTF8.self)
            let shown = start.replacing("\u{0}", with: "")
            #expect(csv.contains(",\"'\(shown)1+1,\"\"a\"\"\","), "\(csv)")
        }
    }

    @Test func `a check sum is that of the standard`() {
        #expect(ZipArchive.checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    }
}
