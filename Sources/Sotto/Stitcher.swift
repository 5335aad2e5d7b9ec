/// Joins the answers to two chunks that share some seconds of sound.
///
/// What both heard in those seconds are mostly the same tokens; at the edges either may have heard half a
/// word. So the answers are joined in the middle of the longest run of tokens that both have at about the
/// same time: nothing is said twice, and a word that was cut in one comes from the other.
package struct Stitcher: Sendable {
    /// One answer, and where its sound lies in the recording.
    package struct Answer: Sendable {
        /// The text's tokens, without header and end.
        package let tokens: [Int32]
        /// Seconds from the start of the recording.
        package let startSeconds, endSeconds: Double

        /// About when each token's middle is said.
        private let seconds: [Double]
        private let clock: SpeechClock

        /// - Parameter clock: tells about when what is said; `nil` knows no pauses.
        package init(
            tokens: [Int32], startSeconds: Double, endSeconds: Double, clock: SpeechClock? = nil
        ) {
            self.tokens = tokens
            self.startSeconds = startSeconds
            self.endSeconds = endSeconds
            let clock = clock ?? SpeechClock(startSeconds: startSeconds, endSeconds: endSeconds)
            self.clock = clock
            let count = Double(max(1, tokens.count))
            seconds = tokens.indices.map { clock.seconds(at: (Double($0) + 0.5) / count) }
        }

        fileprivate func seconds(of index: Int) -> Double { seconds[index] }

        /// About when so many tokens have been said.
        fileprivate func seconds(after count: Int) -> Double {
            clock.seconds(at: Double(count) / Double(max(1, tokens.count)))
        }
    }

    /// Where two answers meet.
    package struct Seam: Hashable, Sendable {
        /// Tokens of the left answer that count.
        package let leftCount: Int
        /// The first token of the right answer that counts.
        package let rightStart: Int
        /// About when that is, in seconds from the start of the recording.
        package let seconds: Double
        /// Whether the answers agree on what was said in the seconds that they share.
        package let isCertain: Bool
    }

    /// Seconds by which the guessed times of one token may differ.
    private static let slack = 4.0

    /// Finds where two answers meet.
    ///
    /// - Parameter startsWord: whether a token begins a word, so that none is parted.
    package static func seam(
        _ left: Answer, _ right: Answer, startsWord: (Int32) -> Bool = { _ in true }
    ) -> Seam {
        var best = (length: 0, distance: Double.infinity, left: 0, right: 0)
        let leftPlaces = left.tokens.indices.filter {
            left.seconds(of: $0) > right.startSeconds - slack
        }
        let rightEnd = right.tokens.indices.first {
            right.seconds(of: $0) > left.endSeconds + slack
        }
        // runs[j]: tokens up to `left` and `j` that agree.
        let limit = rightEnd ?? right.tokens.count
        var runs = [Int](repeating: 0, count: limit + 1)
        for place in leftPlaces {
            for other in stride(from: limit - 1, through: 0, by: -1) {
                let agrees = left.tokens[place] == right.tokens[other]
                runs[other + 1] = agrees ? runs[other] + 1 : 0
                let length = runs[other + 1]
                guard length > 0, length >= best.length else { continue }
                let distance = abs(left.seconds(of: place) - right.seconds(of: other))
                guard distance <= slack, length > best.length || distance < best.distance else {
                    continue
                }
                best = (length, distance, place + 1, other + 1)
            }
        }
        let starts = (0..<best.length).filter { startsWord(right.tokens[best.right - 1 - $0]) }
        let middle = best.length / 2
        if let back = starts.min(by: { abs($0 + 1 - middle) < abs($1 + 1 - middle) }) {
            let (leftCount, rightStart) = (best.left - back - 1, best.right - back - 1)
            return Seam(
                leftCount: leftCount, rightStart: rightStart,
                seconds: (left.seconds(after: leftCount) + right.seconds(after: rightStart)) / 2,
                isCertain: agree(
                    left.tokens[best.left...], right.tokens[..<(best.right - best.length)],
                    run: right.tokens[(best.right - best.length)..<best.right], startsWord))
        }
        // They agree on nothing: both are cut at the middle of what they share, by time alone.
        let lastSeconds = left.tokens.indices.last.map { left.seconds(of: $0) } ?? left.startSeconds
        let firstSeconds =
            right.tokens.indices.first.map { right.seconds(of: $0) } ?? right.endSeconds
        let isWordless = lastSeconds < right.startSeconds && firstSeconds > left.endSeconds
        let half = (right.startSeconds + left.endSeconds) / 2
        func cut(_ answer: Answer) -> Int {
            answer.tokens.indices.first {
                answer.seconds(of: $0) > half && startsWord(answer.tokens[$0])
            } ?? answer.tokens.count
        }
        return Seam(
            leftCount: cut(left), rightStart: cut(right), seconds: half, isCertain: isWordless)
    }

    /// Whether a common run shows where two answers meet: all that is left over between them is a word at
    /// either edge that may have been cut, or little beside the run.
    ///
    /// - Parameters:
    ///   - tail: what the left answer has after the run.
    ///   - head: what the right answer has before it.
    private static func agree(
        _ tail: ArraySlice<Int32>, _ head: ArraySlice<Int32>, run: ArraySlice<Int32>,
        _ startsWord: (Int32) -> Bool
    ) -> Bool {
        let (tailCount, headCount) = (tail.count(where: startsWord), head.count(where: startsWord))
        guard tailCount > 1 || headCount > 1 else {
            // A single token may be the same by chance.
            return run.count > 1 || run.allSatisfy { !tail.contains($0) && !head.contains($0) }
        }
        return run.count(where: startsWord) >= 2 * (tailCount + headCount)
    }
}
