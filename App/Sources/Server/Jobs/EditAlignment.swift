import Transcript

/// Which heard word each written word stands for: the same one, else one of those that are missing at its place.
struct EditAlignment {
    private struct Word {
        /// The segment, or the paragraph.
        let owner: Int
        /// In its text, as Unicode scalars.
        let range: Range<Int>
        let scalars: ArraySlice<Unicode.Scalar>
    }

    private let heard: [Segment]
    private let texts: [[Unicode.Scalar]]
    private let heardWords, words: [Word]
    /// For each written word; `nil` where nothing is missing.
    private let places: [Int?]

    /// Pairs of words that are compared at most; beyond that a rewritten stretch is spread evenly.
    private static let mostPairs = 4_000_000

    /// - Parameter written: the paragraphs, in order.
    init(heard: [Segment], written: [[Unicode.Scalar]]) {
        self.heard = heard
        texts = written
        heardWords = Self.words(heard.map { Array($0.text.unicodeScalars) })
        words = Self.words(written)
        places = Self.places(of: words, in: heardWords)
    }

    /// Words between spaces; ideographs one by one.
    private static func words(_ texts: [[Unicode.Scalar]]) -> [Word] {
        var words: [Word] = []
        for (owner, text) in texts.enumerated() {
            var place = 0
            while place < text.count {
                var end = place + 1
                if !text[place].properties.isWhitespace {
                    while end < text.count, !text[end].properties.isWhitespace,
                        !text[end].properties.isIdeographic
                    {
                        end += 1
                    }
                    words.append(
                        Word(owner: owner, range: place..<end, scalars: text[place..<end]))
                }
                place = end
            }
        }
        return words
    }

    private static func places(of words: [Word], in heard: [Word]) -> [Int?] {
        var places = matches(of: words, in: heard)
        // What is not the same takes the places that are free between its neighbours.
        var (index, before) = (0, -1)
        while index < words.count {
            if let place = places[index] {
                before = place
                index += 1
                continue
            }
            let end = places[index...].firstIndex { $0 != nil } ?? words.count
            let after = end < words.count ? places[end] ?? heard.count : heard.count
            let free = after - before - 1
            if free > 0 {
                for place in index..<end {
                    places[place] = before + 1 + (place - index) * free / (end - index)
                }
            }
            index = end
        }
        return places
    }

    private static func matches(of words: [Word], in heard: [Word]) -> [Int?] {
        func isSame(_ left: Word, _ right: Word) -> Bool {
            left.scalars.elementsEqual(right.scalars)
        }
        var places = [Int?](repeating: nil, count: words.count)
        let head = zip(words, heard).prefix { isSame($0, $1) }.count
        let tail = zip(words.dropFirst(head).reversed(), heard.dropFirst(head).reversed())
            .prefix { isSame($0, $1) }.count
        for index in 0..<head { places[index] = index }
        for index in 0..<tail { places[words.count - 1 - index] = heard.count - 1 - index }
        let (old, new) = (heard[head..<heard.count - tail], words[head..<words.count - tail])
        guard !old.isEmpty, !new.isEmpty, old.count * new.count <= mostPairs else { return places }
        let changes = Array(new).difference(from: Array(old), by: isSame)
        var (removed, inserted) = (Set<Int>(), Set<Int>())
        for change in changes {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): inserted.insert(offset)
            }
        }
        var kept = old.indices.filter { !removed.contains($0 - old.startIndex) }[...]
        for index in new.indices where !inserted.contains(index - new.startIndex) {
            places[index] = kept.popFirst()
        }
        return places
    }

    /// A paragraph in pieces, each from one segment.
    func segments(
        of index: Int, _ paragraph: EditedParagraph, after last: Segment?
    ) -> [Segment] {
        let own = words.indices.filter { words[$0].owner == index }
        var runs: [(segment: Int?, words: [Int])] = []
        for word in own {
            let segment = places[word].map { heardWords[$0].owner }
            if let run = runs.last, segment == nil || run.segment == nil || run.segment == segment {
                runs[runs.count - 1].words.append(word)
                runs[runs.count - 1].segment = run.segment ?? segment
            } else {
                runs.append((segment, [word]))
            }
        }
        var result: [Segment] = []
        for run in runs {
            result.append(
                segment(run.segment, run.words, of: index, paragraph, after: result.last ?? last))
        }
        return result
    }

    private func segment(
        _ source: Int?, _ run: [Int], of index: Int, _ paragraph: EditedParagraph,
        after last: Segment?
    ) -> Segment {
        let range = words[run[0]].range.lowerBound..<words[run[run.count - 1]].range.upperBound
        let text = String(String.UnicodeScalarView(texts[index][range]))
        guard let source else {
            let start = max(paragraph.start, last?.startSeconds ?? 0)
            return Segment(
                startSeconds: start, endSeconds: heard.isEmpty ? max(start, paragraph.end) : start,
                text: text, language: heard.first?.language ?? "", meanLogProbability: 0)
        }
        let segment = heard[source]
        if text == segment.text { return segment }
        let taken = run.compactMap { places[$0] }
        let start = max(
            taken.first.map { startSeconds(of: $0) } ?? segment.startSeconds,
            last?.startSeconds ?? 0)
        let end = max(start, taken.last.map { endSeconds(of: $0) } ?? segment.endSeconds)
        return Segment(
            startSeconds: start, endSeconds: end, text: text, language: segment.language,
            meanLogProbability: 0,
            speech: segment.speech.map { $0.clamped(to: start..<end) }.filter { !$0.isEmpty })
    }

    private func startSeconds(of word: Int) -> Double {
        let segment = heard[heardWords[word].owner]
        return segment.seconds(before: heardWords[word].range.lowerBound)
    }

    /// Where the next word of the segment begins, or the segment ends.
    private func endSeconds(of word: Int) -> Double {
        let (owner, next) = (heardWords[word].owner, word + 1)
        guard next < heardWords.count, heardWords[next].owner == owner else {
            return heard[owner].endSeconds
        }
        return startSeconds(of: next)
    }
}

extension Segment {
    /// About when a place of the text is spoken: its letters are taken to share the time of speech evenly.
    ///
    /// - Parameter scalar: of ``text``, counted in Unicode scalars.
    func seconds(before scalar: Int) -> Double {
        let scalars = text.unicodeScalars
        func weight(_ part: some Sequence<Unicode.Scalar>) -> Double {
            part.reduce(0) {
                $0
                    + ($1.properties.isWhitespace
                        ? 0 : $1.properties.isIdeographic ? 2.5 : 1)
            }
        }
        let before = weight(scalars.prefix(scalar))
        guard before > 0 else { return startSeconds }
        let spans = speech.isEmpty ? [startSeconds..<max(startSeconds, endSeconds)] : speech
        let total = spans.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
        var left = total * before / max(1, weight(scalars))
        for span in spans {
            let length = span.upperBound - span.lowerBound
            // Near the end of a span the words are those after the pause.
            if left < length - 0.3 { return span.lowerBound + max(0, left) }
            left -= length
        }
        return endSeconds
    }
}
