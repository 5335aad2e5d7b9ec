/// Tells when the words of a segment are said, by the share of its characters that comes before them: time
/// runs while somebody speaks and stands still in pauses.
///
/// Nobody says all words at one pace, so pauses are laid where sentences and parts of them end, if the words
/// between two pauses then are about as long as the speech between them.
struct SpeechTime {
    /// Where somebody speaks: at least one span, in order.
    private let spans: [Range<Double>]
    /// Seconds of speech up to the end of each span.
    private let ends: [Double]

    /// Pauses that are shorter are none.
    private static let shortestPause = 0.3
    /// Seconds of speech that a pause may be moved by, and what a good place to break is worth in them.
    private static let reach = 3.0
    /// A segment of half a minute has fewer; of more the work would be too much.
    private static let mostWords = 600
    private static let worth: [CaptionWord.Break: Double] = [
        .sentence: 1, .clause: 0.6, .conjunction: 0.2, .plain: 0,
    ]

    init(_ segment: Segment) {
        let (start, end) = (
            Double(milliseconds(segment.startSeconds)) / 1000,
            Double(milliseconds(segment.endSeconds)) / 1000
        )
        var spans: [Range<Double>] = []
        for speech in segment.speech {
            let lower = max(start, Double(milliseconds(speech.lowerBound)) / 1000)
            let upper = min(end, Double(milliseconds(speech.upperBound)) / 1000)
            guard upper > lower else { continue }
            if let last = spans.last, lower - last.upperBound < Self.shortestPause {
                spans[spans.count - 1] = last.lowerBound..<max(last.upperBound, upper)
            } else {
                spans.append(lower..<upper)
            }
        }
        self.spans = spans.isEmpty ? [start..<max(start, end)] : spans
        ends = self.spans.reduce(into: []) {
            $0.append(($0.last ?? 0) + $1.upperBound - $1.lowerBound)
        }
    }

    /// When each word begins and ends.
    ///
    /// - Parameter weights: how long each is.
    func times(
        of words: [CaptionWord], weights: [Double]
    ) -> [(startSeconds: Double, endSeconds: Double)] {
        let places = places(of: words, weights: weights)
        return words.indices.map { index in
            (
                seconds(at: places[index], begins: true),
                seconds(at: places[index + 1], begins: false)
            )
        }
    }

    /// Seconds of speech before each word, and before the end.
    private func places(of words: [CaptionWord], weights: [Double]) -> [Double] {
        let total = max(weights.reduce(0, +), .leastNormalMagnitude)
        let speechSeconds = ends[ends.count - 1]
        var sum = 0.0
        var even = [0.0]
        for weight in weights {
            sum += weight
            even.append(min(1, sum / total) * speechSeconds)
        }
        var anchors = [(word: 0, place: 0.0)]
        for (word, pause) in zip(pauseWords(of: words, even), ends) {
            anchors.append((word, pause))
        }
        anchors.append((words.count, speechSeconds))
        var places: [Double] = [0]
        for (from, to) in zip(anchors, anchors.dropFirst()) {
            let length = even[to.word] - even[from.word]
            for word in from.word + 1..<max(to.word, from.word + 1) {
                let share =
                    length > 0
                    ? (even[word] - even[from.word]) / length
                    : Double(word - from.word) / Double(to.word - from.word)
                places.append(from.place + share * (to.place - from.place))
            }
            if to.word > from.word { places.append(to.place) }
        }
        return places
    }

    /// Which word each pause comes before: of all ways the one in which spans are about as long as their
    /// words, and pauses lie at good places. Empty where there is none.
    ///
    /// - Parameter even: seconds of speech before each word at an even pace.
    private func pauseWords(of words: [CaptionWord], _ even: [Double]) -> [Int] {
        struct Choice {
            let word: Int
            let cost: Double
            /// In the choices for the pause before.
            let previous: Int
        }
        guard words.count <= Self.mostWords else { return [] }
        var choices = [[Choice(word: 0, cost: 0, previous: 0)]]
        for (index, pause) in ends.dropLast().enumerated() {
            let span = pause - (index > 0 ? ends[index - 1] : 0)
            let first = even.partitioningIndex { $0 >= pause - Self.reach }
            let last = even.partitioningIndex { $0 > pause + Self.reach }
            var found: [Choice] = []
            for word in max(1, first)..<max(1, first, min(last, words.count)) {
                var best: (cost: Double, previous: Int)?
                for (place, choice) in choices[index].enumerated() {
                    guard choice.word < word else { break }
                    let cost = choice.cost + abs(even[word] - even[choice.word] - span)
                    if cost < best?.cost ?? .infinity { best = (cost, place) }
                }
                guard let best else { continue }
                let worth = Self.worth[words[word - 1].breakAfter] ?? 0
                found.append(Choice(word: word, cost: best.cost - worth, previous: best.previous))
            }
            choices.append(found)
        }
        let rest = ends[ends.count - 1] - (ends.dropLast().last ?? 0)
        func cost(_ choice: Choice) -> Double {
            choice.cost + abs(even[words.count] - even[choice.word] - rest)
        }
        guard var best = choices[choices.count - 1].min(by: { cost($0) < cost($1) }) else {
            return []
        }
        var result: [Int] = []
        for list in choices.dropLast().reversed() {
            result.append(best.word)
            best = list[best.previous]
        }
        return result.reversed()
    }

    /// - Parameter begins: whether something begins there: then it is after a pause at this place.
    private func seconds(at place: Double, begins: Bool) -> Double {
        let found = min(
            ends.partitioningIndex { begins ? $0 > place : $0 >= place }, ends.count - 1)
        let before = found > 0 ? ends[found - 1] : 0
        return min(spans[found].lowerBound + place - before, spans[found].upperBound)
    }
}

extension [Double] {
    /// The first element from which on all meet the condition; the count if none does.
    fileprivate func partitioningIndex(_ condition: (Double) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if condition(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
