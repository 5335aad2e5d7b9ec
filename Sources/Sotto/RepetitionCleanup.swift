/// Scrubs long repetitions from an answer, as the official package does: runs of more than 20 equal
/// characters become one, and 20 or more repeats of up to 20 characters become one.
///
/// For comparison with that package. Sotto itself notices loops while they happen.
func withoutRepetition(_ text: String) -> String {
    let scalars = collapsedRuns(Array(text.unicodeScalars))
    var result = String.UnicodeScalarView()
    result.append(contentsOf: collapsedPatterns(scalars))
    return String(result)
}

private let threshold = 20
private let longestPattern = 20

private func collapsedRuns(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var start = 0
    while start < scalars.count {
        var end = start + 1
        while end < scalars.count && scalars[end] == scalars[start] { end += 1 }
        result += end - start > threshold ? scalars[start..<start + 1] : scalars[start..<end]
        start = end
    }
    return result
}

private func collapsedPatterns(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var index = 0
    // A rest shorter than this cannot hold a pattern of two characters 20 times.
    while scalars.count - index >= 2 * threshold {
        if let (length, end) = repetition(in: scalars, at: index) {
            result += scalars[index..<index + length]
            index = end
        } else {
            result.append(scalars[index])
            index += 1
        }
    }
    return result + scalars[index...]
}

/// The shortest pattern at `index` that is repeated often enough, and where its repeats end.
private func repetition(
    in scalars: [Unicode.Scalar], at index: Int
) -> (length: Int, end: Int)? {
    for length in 1...longestPattern {
        guard index + length * threshold <= scalars.count else { return nil }
        var end = index + length
        while end < scalars.count && scalars[end] == scalars[end - length] { end += 1 }
        let repeats = (end - index) / length
        if repeats >= threshold { return (length, index + repeats * length) }
    }
    return nil
}
