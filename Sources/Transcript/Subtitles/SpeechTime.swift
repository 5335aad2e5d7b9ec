/// Tells when the words of a segment are said, by the share of its characters that comes before them: time
/// runs while somebody speaks and stands still in pauses.
///
/// Nobody says all words at one pace, so a pause that falls into a word, or beside a better place, is taken
/// for the one at the best place to break within 1.2 s of speech.
struct SpeechTime {
    /// Where somebody speaks: at least one span, in order.
    private let spans: [Range<Double>]
    /// Seconds of speech up to the end of each span.
    private let ends: [Double]

    /// Pauses that are shorter are none.
    private static let shortestPause = 0.3
    /// Seconds of speech that a pause may be moved by, and what a good place to break is worth in them.
    private static let reach = 1.2
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
        for pause in ends.dropLast() {
            let first = anchors[anchors.count - 1].word + 1
            guard first < words.count else { break }
            var best = (word: first, cost: Double.infinity)
            for word in first..<words.count {
                let distance = abs(even[word] - pause)
                guard distance <= Self.reach || even[word] < pause || word == first else { break }
                let worth = distance <= Self.reach ? Self.worth[words[word - 1].breakAfter] ?? 0 : 0
                if distance - worth < best.cost { best = (word, distance - worth) }
            }
            anchors.append((best.word, pause))
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

    /// - Parameter begins: whether something begins there: then it is after a pause at this place.
    private func seconds(at place: Double, begins: Bool) -> Double {
        var (found, last) = (0, ends.count - 1)
        while found < last {
            let middle = (found + last) / 2
            if begins ? ends[middle] > place : ends[middle] >= place {
                last = middle
            } else {
                found = middle + 1
            }
        }
        let before = found > 0 ? ends[found - 1] : 0
        return min(spans[found].lowerBound + place - before, spans[found].upperBound)
    }
}
