/// What one speaker says at a stretch, in words with times, and the best way to cut it into cues.
struct Passage {
    let speaker: String?
    private var texts: [CaptionText]
    private var words: [TimedWord]

    private struct TimedWord {
        let word: CaptionWord
        /// Which of the texts it is from.
        let text: Int
        /// Whether a space separates it from the word before.
        let hasSpaceBefore: Bool
        let columns: Int
        let wideCount: Int
        let readingSeconds: Double
        let startSeconds, endSeconds: Double
    }

    /// - Parameter prefix: comes before the text, and nobody says it.
    /// - Returns: `nil` if there are no words.
    init?(_ segment: Segment, runs: [TextRun], prefix: String) {
        speaker = segment.speaker
        let text = CaptionText(runs, prefix: prefix)
        guard text.characters.count > text.prefixCount else { return nil }
        let found = LineBreaks.words(of: text, widest: CueLimits.lineColumns)
        let weights = found.map { word in
            word.characters.reduce(0.0) { sum, index in
                sum + (index < text.prefixCount ? 0 : Self.weight(text.characters[index]))
            }
        }
        let times = SpeechTime(segment).times(of: found, weights: weights)
        texts = [text]
        words = zip(found, times).map { word, time in
            let characters = text.characters[word.characters]
            let wideCount = characters.count { $0.columnCount == 2 }
            return TimedWord(
                word: word, text: 0, hasSpaceBefore: word.hasSpaceBefore,
                columns: characters.reduce(0) { $0 + $1.columnCount }, wideCount: wideCount,
                readingSeconds: Double(wideCount) * CueLimits.wideSeconds
                    + Double(characters.count - wideCount) * CueLimits.narrowSeconds,
                startSeconds: time.startSeconds, endSeconds: time.endSeconds)
        }
    }

    /// How long somebody speaks on a character: marks take no time, a Chinese character as long as two letters.
    private static func weight(_ character: Character) -> Double {
        guard let scalar = character.unicodeScalars.first,
            scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        else { return 0 }
        return Double(character.columnCount)
    }

    var startSeconds: Double { words[0].startSeconds }
    var endSeconds: Double { words[words.count - 1].endSeconds }

    /// Adds what the same speaker says next.
    mutating func append(_ next: Passage) {
        let last = texts[texts.count - 1].characters.last.map(String.init) ?? ""
        let first = next.texts[0].characters.first.map(String.init) ?? ""
        let isSpaced = !Seam.separator(between: last, and: first).isEmpty
        for (index, word) in next.words.enumerated() {
            words.append(
                TimedWord(
                    word: word.word, text: texts.count + word.text,
                    hasSpaceBefore: index == 0 ? isSpaced : word.hasSpaceBefore,
                    columns: word.columns, wideCount: word.wideCount,
                    readingSeconds: word.readingSeconds, startSeconds: word.startSeconds,
                    endSeconds: word.endSeconds))
        }
        texts += next.texts
    }

    /// A cue before its end is fixed.
    struct Draft {
        var startSeconds, endSeconds, readingSeconds: Double
        var lines: [[TextRun]]
    }

    /// The cheapest way to cut the words into cues.
    ///
    /// - Parameter nextSeconds: when something else is shown.
    func drafts(until nextSeconds: Double) -> [Draft] {
        let sums = Sums(words)
        let lineEnds = sums.lineEnds
        var costs = [0.0] + words.map { _ in Double.infinity }
        var origins = Array(repeating: 0, count: words.count + 1)
        for start in words.indices {
            let firstLineEnd = lineEnds[start]
            let last = firstLineEnd < words.count ? lineEnds[firstLineEnd] : firstLineEnd
            for end in start + 1...last {
                let range = start..<end
                let length = words[end - 1].endSeconds - words[start].startSeconds
                if end > start + 1 && length > CueLimits.longestSeconds { break }
                let next = end < words.count ? words[end].startSeconds : nextSeconds
                let cost = costs[start] + cost(range, sums, until: next)
                if cost < costs[end] { (costs[end], origins[end]) = (cost, start) }
            }
        }
        var (drafts, end) = ([Draft](), words.count)
        while end > 0 {
            drafts.append(draft(origins[end]..<end, sums, lineEnds))
            end = origins[end]
        }
        return drafts.reversed()
    }

    /// How bad a cue is: each costs 1, so there are few.
    private func cost(_ range: Range<Int>, _ sums: Sums, until nextSeconds: Double) -> Double {
        let start = words[range.lowerBound].startSeconds
        let end = words[range.upperBound - 1].endSeconds
        let room = nextSeconds - CueLimits.gapSeconds - start
        let available = max(CueLimits.leastSeconds, min(CueLimits.longestSeconds, room))
        var cost = 1.0
        if range.upperBound < words.count {
            let isPause = nextSeconds - end >= 0.3
            let isSentence = words[range.upperBound - 1].word.breakAfter
            cost += breakCost(isSentence) * (isPause ? 0.3 : 1)
        }
        let reading = sums.reading[range.upperBound] - sums.reading[range.lowerBound]
        if reading > available { cost += min(6, 2 * (reading / available - 1)) }
        if available < CueLimits.shortestSeconds {
            cost += 3 * (CueLimits.shortestSeconds - available)
        }
        let pauses = sums.pauses[range.upperBound - 1] - sums.pauses[range.lowerBound]
        let fill = Double(sums.columns(range)) / Double(CueLimits.lineColumns * CueLimits.lines)
        return cost + 3 * pauses + 0.5 * (1 - fill) * (1 - fill)
    }

    private func breakCost(_ place: CaptionWord.Break) -> Double {
        switch place {
        case .sentence: 0
        case .clause: 0.6
        case .conjunction: 1.2
        case .plain: 2.5
        }
    }

    private func draft(_ range: Range<Int>, _ sums: Sums, _ lineEnds: [Int]) -> Draft {
        var lines = [range]
        if lineEnds[range.lowerBound] < range.upperBound {
            // Two lines of about the same length, cut at the best place.
            func cost(_ cut: Int) -> Double {
                let widths = [range.lowerBound..<cut, cut..<range.upperBound].map(sums.columns)
                let difference = Double(abs(widths[0] - widths[1])) / Double(CueLimits.lineColumns)
                return 4 * difference * difference + 0.4 * breakCost(words[cut - 1].word.breakAfter)
            }
            let cuts = range.dropFirst().filter {
                lineEnds[range.lowerBound] >= $0 && lineEnds[$0] >= range.upperBound
            }
            if let best = cuts.min(by: { cost($0) < cost($1) }) {
                lines = [range.lowerBound..<best, best..<range.upperBound]
            }
        }
        return Draft(
            startSeconds: words[range.lowerBound].startSeconds,
            endSeconds: words[range.upperBound - 1].endSeconds,
            readingSeconds: sums.reading[range.upperBound] - sums.reading[range.lowerBound],
            lines: lines.map(runs))
    }

    private func runs(_ range: Range<Int>) -> [TextRun] {
        var runs: [TextRun] = []
        for index in range {
            let word = words[index]
            let text = texts[word.text]
            var added = text.runs(word.word.characters)
            if index > range.lowerBound && word.hasSpaceBefore, let last = runs.last {
                let isDoubtful = last.isDoubtful && (added.first?.isDoubtful ?? false)
                added.insert(TextRun(text: " ", isDoubtful: isDoubtful), at: 0)
            }
            for run in added {
                if runs.last?.isDoubtful == run.isDoubtful {
                    runs[runs.count - 1].text += run.text
                } else {
                    runs.append(run)
                }
            }
        }
        return runs
    }

    /// Sums over the words before each place, so that a cue's are differences.
    private struct Sums {
        private var widths = [0], wides = [0]
        private let spaces: [Int]
        private(set) var reading = [0.0]
        /// Seconds of pauses before each word.
        private(set) var pauses: [Double] = []

        init(_ words: [TimedWord]) {
            spaces = words.map { $0.hasSpaceBefore ? 1 : 0 }
            var previousEnd = words.first?.startSeconds ?? 0
            for (word, space) in zip(words, spaces) {
                widths.append(widths[widths.count - 1] + space + word.columns)
                wides.append(wides[wides.count - 1] + word.wideCount)
                let spaceSeconds = Double(space) * CueLimits.narrowSeconds
                reading.append(reading[reading.count - 1] + spaceSeconds + word.readingSeconds)
                let pause = max(0, word.startSeconds - previousEnd - 0.3)
                pauses.append((pauses.last ?? 0) + pause)
                previousEnd = word.endSeconds
            }
        }

        func columns(_ range: Range<Int>) -> Int {
            widths[range.upperBound] - widths[range.lowerBound] - spaces[range.lowerBound]
        }

        /// For each word the end of the longest line that begins with it; the word itself is always in it.
        var lineEnds: [Int] {
            var end = 0
            return spaces.indices.map { start in
                end = max(end, start + 1)
                while end < spaces.count, fits(start..<end + 1) { end += 1 }
                return end
            }
        }

        /// Whether a line holds them: a line of Chinese is a little shorter.
        private func fits(_ range: Range<Int>) -> Bool {
            columns(range) <= CueLimits.lineColumns
                && wides[range.upperBound] - wides[range.lowerBound] <= CueLimits.wideCharacters
        }
    }
}
