/// Text that is doubtful as a whole, or not at all.
struct TextRun: Hashable {
    var text: String
    var isDoubtful: Bool
}

extension Segment {
    /// The text in one line, cut where doubtful words begin and end.
    var runs: [TextRun] {
        let scalars = Array(text.unicodeScalars)
        var (runs, place) = ([TextRun](), 0)
        func add(_ range: Range<Int>, isDoubtful: Bool) {
            let text = lineText(String(String.UnicodeScalarView(scalars[range])))
            if !text.isEmpty { runs.append(TextRun(text: text, isDoubtful: isDoubtful)) }
        }
        for range in doubtfulRanges.map({ $0.clamped(to: scalars.indices) }) {
            // Two words that one change replaced have the same place.
            let start = max(place, range.lowerBound)
            guard range.upperBound > start else { continue }
            add(place..<start, isDoubtful: false)
            add(start..<range.upperBound, isDoubtful: true)
            place = range.upperBound
        }
        add(place..<scalars.count, isDoubtful: false)
        return runs
    }
}

/// Text as one line that no program obeys: line breaks and tabs become spaces, other control characters and
/// what is no character are left out.
func lineText(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnfit) else { return text }
    var line = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if !isUnfit(scalar) {
            line.append(scalar)
        } else if scalar.properties.isWhitespace {
            line.append(" ")
        }
    }
    return String(line)
}

/// Whether a line must not hold it: control characters, line and paragraph separators, noncharacters.
func isUnfit(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x20...0x7E: false
    case 0...0x1F, 0x7F...0x9F, 0x2028, 0x2029, 0xFFFE, 0xFFFF: true
    default: false
    }
}

/// Replaces single characters, also where others combine with them.
func replacing(_ replacements: [Unicode.Scalar: String], in text: String) -> String {
    guard text.unicodeScalars.contains(where: { replacements[$0] != nil }) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        if let replacement = replacements[scalar] {
            result.append(contentsOf: replacement.unicodeScalars)
        } else {
            result.append(scalar)
        }
    }
    return String(result)
}

/// Text that no reader of XML or WebVTT takes for tags or entities.
func withoutMarkup(_ text: String) -> String {
    replacing(["&": "&amp;", "<": "&lt;", ">": "&gt;"], in: text)
}
