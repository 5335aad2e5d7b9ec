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

        package init(tokens: [Int32], startSeconds: Double, endSeconds: Double) {
            self.tokens = tokens
            self.startSeconds = startSeconds
            self.endSeconds = endSeconds
        }

        /// About when a token is said: people speak at an even pace.
        fileprivate func seconds(of index: Int) -> Double {
            seconds(at: Double(index) + 0.5)
        }

        /// About when so many tokens have been said.
        fileprivate func seconds(at count: Double) -> Double {
            startSeconds + count / Double(max(1, tokens.count)) * (endSeconds - startSeconds)
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
        /// Whether tokens agreed; else both were cut at the middle of what they share, by time alone.
        package let isCertain: Bool
    }

    /// Seconds by which the guessed times of one token may differ.
    private static let slack = 4.0
    /// Tokens that must agree.
    private static let shortestRun = 2

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
                guard length >= max(shortestRun, best.length) else { continue }
                let distance = abs(left.seconds(of: place) - right.seconds(of: other))
                guard distance <= slack, length > best.length || distance < best.distance else {
                    continue
                }
                best = (length, distance, place + 1, other + 1)
            }
        }
        if best.length > 0 {
            let middle = best.length / 2
            let starts = (0..<best.length).filter {
                startsWord(right.tokens[best.right - 1 - $0])
            }
            let back =
                starts.min { abs($0 + 1 - middle) < abs($1 + 1 - middle) }.map { $0 + 1 } ?? middle
            let (leftCount, rightStart) = (best.left - back, best.right - back)
            let guess =
                (left.seconds(at: Double(leftCount)) + right.seconds(at: Double(rightStart))) / 2
            return Seam(
                leftCount: leftCount, rightStart: rightStart,
                seconds: max(right.startSeconds, min(guess, left.endSeconds)), isCertain: true)
        }
        let middle = (right.startSeconds + left.endSeconds) / 2
        return Seam(
            leftCount: left.tokens.indices.first { left.seconds(of: $0) > middle }
                ?? left.tokens.count,
            rightStart: right.tokens.indices.first { right.seconds(of: $0) > middle }
                ?? right.tokens.count,
            seconds: middle, isCertain: false)
    }
}
