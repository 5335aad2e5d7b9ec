// Regular expressions that can be stopped are Foundation's; nothing else in this module needs it.
import Foundation

/// One of the user's replacements, ready to be applied.
struct Replacer {
    private enum Matcher {
        case literal([Unicode.Scalar])
        case expression(NSRegularExpression)
    }

    private let matcher: Matcher
    private let template: ReplacementTemplate
    private let pattern: String

    /// How often an expression may ask to go on with one text: each time after some 10,000 steps back, so about a
    /// tenth of a second for a segment of usual length. Steps and not seconds, so that the same text comes out the same on
    /// a busy machine.
    static let stepLimit = 600

    init(_ replacement: Replacement) throws(PolishError) {
        pattern = replacement.pattern
        guard !pattern.isEmpty else { throw .emptyPattern(replacement: replacement.replacement) }
        guard replacement.isRegularExpression else {
            matcher = .literal(Array(pattern.unicodeScalars))
            template = ReplacementTemplate(literal: replacement.replacement)
            return
        }
        guard let expression = try? NSRegularExpression(pattern: pattern) else {
            throw .badExpression(pattern: pattern, reason: Self.flaw(of: pattern))
        }
        matcher = .expression(expression)
        do throws(ReplacementTemplate.Flaw) {
            template = try ReplacementTemplate(
                replacement.replacement, groupCount: expression.numberOfCaptureGroups)
        } catch {
            throw .badReplacement(
                pattern: pattern, replacement: replacement.replacement, reason: error.description)
        }
    }

    /// What is wrong with an expression. Foundation does not say; Swift's own reader of expressions does, where
    /// it takes the pattern for wrong too.
    private static func flaw(of pattern: String) -> String {
        do {
            _ = try Regex<AnyRegexOutput>(pattern)
            return "it is not one of ICU's"
        } catch {
            return "\(error)"
        }
    }

    /// - Parameter limit: scalars that the text may have afterwards.
    func edits(_ text: [Unicode.Scalar], limit: Int) throws(PolishError) -> [TextEdit] {
        let edits =
            switch matcher {
            case .literal(let wanted): literalEdits(text, wanted)
            case .expression(let expression): try expressionEdits(text, expression)
            }
        let count = edits.reduce(text.count) {
            $0 + $1.replacement.unicodeScalars.count - $1.range.count
        }
        guard count <= max(limit, text.count) else { throw .tooLong(pattern: pattern) }
        return edits
    }

    private func literalEdits(_ text: [Unicode.Scalar], _ wanted: [Unicode.Scalar]) -> [TextEdit] {
        var (edits, index) = ([TextEdit](), 0)
        let replacement = template.filled { _ in "" }
        while index + wanted.count <= text.count {
            let range = index..<index + wanted.count
            guard text[range].elementsEqual(wanted) else {
                index += 1
                continue
            }
            edits.append(TextEdit(range: range, replacement: replacement))
            index = range.upperBound
        }
        return edits
    }

    private func expressionEdits(
        _ text: [Unicode.Scalar], _ expression: NSRegularExpression
    ) throws(PolishError) -> [TextEdit] {
        let string = NSString(string: String(String.UnicodeScalarView(text)))
        let scalars = Self.scalarIndices(text)
        var (edits, steps, isTooDeep) = ([TextEdit](), 0, false)
        // Besides the steps back, a search reports places where it begins.
        let limit = Self.stepLimit + text.count
        // Safety: the flag to stop is lent for each call of the closure, and only written.
        unsafe expression.enumerateMatches(
            in: String(string), options: [.reportProgress, .reportCompletion],
            range: NSRange(location: 0, length: string.length)
        ) { match, flags, stop in
            if flags.contains(.progress) { steps += 1 }
            if flags.contains(.internalError) { isTooDeep = true }
            if steps > limit { unsafe stop.pointee = true }
            guard let match else { return }
            let range = match.range
            let replacement = template.filled { group in
                let range = match.range(at: group)
                return range.location == NSNotFound ? "" : string.substring(with: range)
            }
            let lower = scalars[range.location]
            let upper = scalars[range.location + range.length]
            edits.append(TextEdit(range: lower..<upper, replacement: replacement))
        }
        guard steps <= limit else { throw .timedOut(pattern: pattern) }
        guard !isTooDeep else { throw .tooDeep(pattern: pattern) }
        return edits
    }

    /// For each UTF-16 offset, the end included, the index of its scalar.
    private static func scalarIndices(_ text: [Unicode.Scalar]) -> [Int] {
        text.indices.flatMap { Array(repeating: $0, count: UTF16.width(text[$0])) } + [text.count]
    }
}
