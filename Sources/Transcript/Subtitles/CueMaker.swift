/// Makes subtitles of a transcription.
///
/// Text is never left out. Where somebody speaks faster than it can be read, cues are as long as the time
/// allows; where even that is not enough, they begin a little late.
struct CueMaker {
    /// In order, 80 ms or more apart.
    private(set) var cues: [Cue] = []
    /// Sounds and gaps that there was no time to show, because words fill it.
    private(set) var hiddenNotices: [Notice] = []

    private struct Draft {
        var start, end: Int
        var readingMilliseconds: Int
        var lines: [[TextRun]]
        var speaker: String?
    }

    private static let gap = milliseconds(CueLimits.gapSeconds)
    private static let shortest = milliseconds(CueLimits.shortestSeconds)
    private static let longest = milliseconds(CueLimits.longestSeconds)
    private static let least = milliseconds(CueLimits.leastSeconds)
    /// A segment shorter than a cue joins its neighbour if less than this is between them.
    private static let mergedPauseSeconds = 0.5

    /// - Parameters:
    ///   - namesSpeakers: whether the text of a speaker who follows another begins with the name.
    ///   - rewritten: text as the format writes it.
    init(
        _ transcription: Transcription, namesSpeakers: Bool = false,
        rewritten: (String) -> String = { $0 }
    ) {
        var drafts: [Draft] = []
        let passages = Self.passages(transcription, namesSpeakers, rewritten)
        for (index, passage) in passages.enumerated() {
            let next = index + 1 < passages.count ? passages[index + 1].startSeconds : .infinity
            let end = max(transcription.durationSeconds, passage.endSeconds)
            drafts += passage.drafts(until: next >= passage.endSeconds ? min(next, end) : end).map {
                Draft(
                    start: milliseconds($0.startSeconds), end: milliseconds($0.endSeconds),
                    readingMilliseconds: milliseconds($0.readingSeconds), lines: $0.lines,
                    speaker: passage.speaker)
            }
        }
        // Segments of two speakers may overlap.
        drafts = drafts.enumerated().sorted {
            ($0.element.start, $0.offset) < ($1.element.start, $1.offset)
        }
        .map(\.element)
        Self.separate(&drafts)
        // A gap is long, a sound short: it comes first.
        for isEvent in [true, false] {
            let notices = transcription.notices.filter { ($0.kind == .event) == isEvent }
            hiddenNotices += Self.insert(notices, into: &drafts, rewritten)
        }
        cues = Self.extended(drafts, until: milliseconds(transcription.durationSeconds))
    }

    private static func passages(
        _ transcription: Transcription, _ namesSpeakers: Bool, _ rewritten: (String) -> String
    ) -> [Passage] {
        var passages: [Passage] = []
        var speaker: String?
        for segment in transcription.segments {
            let runs = segment.runs.map {
                TextRun(
                    text: rewritten($0.text), isDoubtful: $0.isDoubtful || segment.isDoubtful)
            }
            let isOther = segment.speaker != speaker
            let prefix = namesSpeakers && isOther ? rewritten(speakerPrefix(segment.speaker)) : ""
            guard let passage = Passage(segment, runs: runs, prefix: prefix) else { continue }
            speaker = segment.speaker
            if let last = passages.last, !isOther, merges(last, passage) {
                passages[passages.count - 1].append(passage)
            } else {
                passages.append(passage)
            }
        }
        return passages
    }

    private static func merges(_ left: Passage, _ right: Passage) -> Bool {
        let pause = right.startSeconds - left.endSeconds
        let isShort = [left, right].contains {
            $0.endSeconds - $0.startSeconds < CueLimits.shortestSeconds
        }
        return isShort && pause >= 0 && pause < mergedPauseSeconds
    }

    /// Gives each the least time that a cue must have, and ends it before the next.
    private static func separate(_ drafts: inout [Draft]) {
        for index in drafts.indices {
            if index > 0 {
                let earliest = drafts[index - 1].start + least + gap
                drafts[index].start = max(drafts[index].start, earliest)
                let limit = drafts[index].start - gap
                drafts[index - 1].end = min(drafts[index - 1].end, limit)
            }
            let limits = (drafts[index].start + least, drafts[index].start + longest)
            drafts[index].end = min(max(drafts[index].end, limits.0), limits.1)
        }
        // The last look may have given time that the next one needs.
        for index in drafts.indices.dropLast() {
            drafts[index].end = min(drafts[index].end, drafts[index + 1].start - gap)
        }
    }

    /// Shows each notice in the first second or more of its time that is free.
    ///
    /// - Returns: those without such a second.
    private static func insert(
        _ notices: [Notice], into drafts: inout [Draft], _ rewritten: (String) -> String
    ) -> [Notice] {
        var hidden: [Notice] = []
        var shown: [Draft] = []
        var place = 0
        for notice in notices {
            let start = milliseconds(notice.startSeconds)
            let end = max(start + 1, milliseconds(notice.endSeconds))
            while place < drafts.count && drafts[place].end + gap <= start { place += 1 }
            var free = max(start, shown.last.map { $0.end + gap } ?? 0)
            var next = place
            while next < drafts.count, free < end, drafts[next].start - gap - free < shortest {
                free = max(free, drafts[next].end + gap)
                next += 1
            }
            let limit = next < drafts.count ? drafts[next].start - gap : Int.max
            guard free < end else {
                hidden.append(notice)
                continue
            }
            let stop = min(limit, max(end, free + shortest), free + longest)
            shown.append(
                Draft(
                    start: free, end: stop, readingMilliseconds: 0,
                    lines: [[TextRun(text: rewritten(notice.label), isDoubtful: false)]],
                    speaker: nil))
        }
        drafts = (drafts + shown).sorted { $0.start < $1.start }
        return hidden
    }

    /// Lets each stay until it can be read, at least for a second, if nothing else is shown then.
    private static func extended(_ drafts: [Draft], until end: Int) -> [Cue] {
        drafts.enumerated().map { index, draft in
            let wanted = min(longest, max(shortest, draft.readingMilliseconds))
            let isLast = index + 1 == drafts.count
            let limit = isLast ? max(end, draft.end) : drafts[index + 1].start - gap
            return Cue(
                startMilliseconds: draft.start,
                endMilliseconds: max(draft.end, min(draft.start + wanted, limit)),
                lines: draft.lines, speaker: draft.speaker)
        }
    }
}
