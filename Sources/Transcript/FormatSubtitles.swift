/// The srt format. The text of a speaker who follows another begins with the name; doubts are not in it.
///
/// It has no way to write a `<` that is none of its own marks, and players swallow what looks like one: such
/// a mark is written in full width.
func renderSRT(_ transcription: Transcription) -> String {
    let maker = CueMaker(transcription, namesSpeakers: true, rewritten: withoutTags)
    return maker.cues.enumerated().reduce(into: "") { file, item in
        let cue = item.element
        let start = clockTime(milliseconds: cue.startMilliseconds, mark: ",")
        let end = clockTime(milliseconds: cue.endMilliseconds, mark: ",")
        file += "\(item.offset + 1)\n\(start) --> \(end)\n\(cue.text)\n\n"
    }
}

/// The vtt format: speakers are voices, and doubtful words have the class `doubtful`. Sounds and gaps that
/// words hide are notes at the start.
func renderVTT(_ transcription: Transcription) -> String {
    let maker = CueMaker(transcription)
    let notes = maker.hiddenNotices.map { notice in
        let times = [notice.startSeconds, notice.endSeconds].map {
            clockTime(milliseconds: milliseconds($0), mark: ".")
        }
        return "NOTE \(withoutMarkup(notice.label)) from \(times[0]) to \(times[1])"
    }
    let cues = maker.cues.map { cue in
        let start = clockTime(milliseconds: cue.startMilliseconds, mark: ".")
        let end = clockTime(milliseconds: cue.endMilliseconds, mark: ".")
        let voice = cue.speaker.map { "<v \(withoutMarkup(lineText($0)))>" } ?? ""
        let lines = cue.lines.map { line in
            line.reduce(into: "") { text, run in
                let words = withoutMarkup(run.text)
                text += run.isDoubtful ? "<c.doubtful>\(words)</c>" : words
            }
        }
        return "\(start) --> \(end)\n\(voice)\(lines.joined(separator: "\n"))"
    }
    return (["WEBVTT"] + notes + cues).joined(separator: "\n\n") + "\n"
}

/// `<b>`, `{\an8}` and `-->` with marks of full width.
private func withoutTags(_ text: String) -> String {
    replacing(["<": "＜", "{": "｛", ">": "＞"], in: text)
}
