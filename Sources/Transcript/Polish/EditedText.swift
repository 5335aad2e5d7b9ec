/// A wish to change text, as a rule utters it.
struct TextEdit: Hashable {
    /// Scalars of the text as it stands; empty to add something.
    var range: Range<Int>
    var replacement: String
}

/// Text that rules change one after the other, and how it differs from what it was.
struct EditedText {
    /// The text as it stands.
    private(set) var scalars: [Unicode.Scalar]
    private let raw: [Unicode.Scalar]
    /// For each scalar its place in the raw text; `nil` for one that a rule wrote.
    private var origins: [Int?]
    /// For each scalar that a rule wrote, and for each raw one that a rule took away, which rules did.
    private var authors: [Set<PolishRule>]
    private var removers: [Set<PolishRule>]

    init(_ text: String) {
        raw = Array(text.unicodeScalars)
        scalars = raw
        origins = Array(raw.indices)
        authors = Array(repeating: [], count: raw.count)
        removers = authors
    }

    var string: String { String(String.UnicodeScalarView(scalars)) }

    /// Makes edits that lie in order and do not overlap.
    mutating func apply(_ edits: [TextEdit], by rule: PolishRule) {
        guard !edits.isEmpty else { return }
        var next = self
        (next.scalars, next.origins, next.authors) = ([], [], [])
        var place = 0
        for edit in edits {
            precondition(edit.range.lowerBound >= place, "edits out of order")
            next.copy(self, place..<edit.range.lowerBound)
            next.replace(self, edit, by: rule)
            place = edit.range.upperBound
        }
        next.copy(self, place..<scalars.count)
        self = next
    }

    private mutating func copy(_ old: EditedText, _ range: Range<Int>) {
        scalars += old.scalars[range]
        origins += old.origins[range]
        authors += old.authors[range]
    }

    private mutating func replace(_ old: EditedText, _ edit: TextEdit, by rule: PolishRule) {
        let new = Array(edit.replacement.unicodeScalars)
        let before = old.scalars[edit.range]
        // What stays the same at both ends is not changed.
        let head = zip(before, new).prefix { $0 == $1 }.count
        let tail = zip(before.dropFirst(head).reversed(), new.dropFirst(head).reversed())
            .prefix { $0 == $1 }.count
        let changed = edit.range.lowerBound + head..<edit.range.upperBound - tail
        copy(old, edit.range.lowerBound..<changed.lowerBound)
        let author = old.authors[changed].reduce(into: Set([rule])) { $0.formUnion($1) }
        for origin in old.origins[changed] {
            if let origin { removers[origin].insert(rule) }
        }
        let added = new[head..<new.count - tail]
        scalars += added
        origins += added.map { _ in nil }
        authors += added.map { _ in author }
        copy(old, changed.upperBound..<edit.range.upperBound)
    }

    /// How the text differs from what it was, in order.
    var changes: [TextChange] {
        var (changes, place) = ([TextChange](), 0)
        var (written, rules) = (String.UnicodeScalarView(), Set<PolishRule>())
        func flush(until end: Int) {
            defer { (written, rules) = (String.UnicodeScalarView(), []) }
            guard !written.elementsEqual(raw[place..<end]) else { return }
            let all = removers[place..<end].reduce(into: rules) { $0.formUnion($1) }
            changes.append(
                TextChange(
                    range: place..<end, replacement: String(written),
                    rules: PolishRule.allCases.filter(all.contains)))
        }
        for (index, scalar) in scalars.enumerated() {
            guard let origin = origins[index] else {
                written.append(scalar)
                rules.formUnion(authors[index])
                continue
            }
            flush(until: origin)
            place = origin + 1
        }
        flush(until: raw.count)
        return changes
    }
}
