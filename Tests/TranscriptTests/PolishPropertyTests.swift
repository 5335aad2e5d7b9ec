import TestSupport
import Testing

@testable import Transcript

/// What must hold of any text.
@Suite struct PolishPropertyTests {
    /// What texts are made of: words, marks, spaces, numbers, and what may confuse.
    private static let parts = [
        "我", "你好", "哋", "嘅", "發展", "这个", "这个", "的", "得", "在", "再", "三", "百分之", "十五", "零", "点", "年",
        "gpu", "the", "the", "I", "i", "twenty", "five", "percent", "github", "iPhone", "dr",
        "e.g.", "p.m.", "3.14",
        "1,000", "404", "15", "%", "$", ",", ".", "，", "。", "?", "？", "!", "！", ":", ";", "、", "…",
        "...", "(", ")",
        "（", "）", "\"", "“", "”", "'", "-", "/", "@", "_", "\n", "\t", "\u{A0}", "\u{3000}", "é",
        "ß", "привет", "は",
        "오늘", "👍🏽", "\u{200D}", "e\u{301}", "http://a.b/c?d=e", "C++", "℃",
    ]

    private static func text(_ random: inout SplitMix64) -> String {
        (0..<Int.random(in: 0...30, using: &random)).reduce(into: "") { text, _ in
            text += parts.randomElement(using: &random) ?? ""
            if Int.random(in: 0..<3, using: &random) == 0 { text += " " }
        }
    }

    private static let languages = [
        "Chinese", "Cantonese", "English", "Japanese", "French", "Turkish", "",
    ]

    @Test func `polished twice is polished once, and the changes are the difference`() {
        var random = SplitMix64(state: 1)
        let polish = TextPolish(PolishOptions(rules: Set(PolishRule.allCases)))
        var wrong: [String] = []
        for round in 0..<10_000 {
            let (raw, language) = (Self.text(&random), Self.languages[round % 7])
            let changes = polish.changes(to: raw, language: language)
            let once = changes.applied(to: raw)
            let twice = polish.changes(to: once, language: language).applied(to: once)
            if once != twice { wrong.append("\(language): \(raw) -> \(once) -> \(twice)") }
            let isInOrder = zip(changes, changes.dropFirst()).allSatisfy {
                $0.range.upperBound <= $1.range.lowerBound && !$0.rules.isEmpty
            }
            if !isInOrder { wrong.append("\(language): \(raw): \(changes)") }
        }
        #expect(wrong.prefix(5) == [])
    }

    /// Letters and digits without capitals.
    private static func content(_ text: String) -> [Unicode.Scalar] {
        text.lowercased().unicodeScalars.filter {
            $0.properties.isAlphabetic || $0.properties.numericType != nil
        }
    }

    @Test func `names, marks, spaces and sentences lose no letter and no digit`() {
        var random = SplitMix64(state: 2)
        let polish = TextPolish(
            PolishOptions(rules: [.names, .punctuation, .spacing, .sentences]))
        for round in 0..<10_000 {
            let (raw, language) = (Self.text(&random), Self.languages[round % 7])
            let text = polish.changes(to: raw, language: language).applied(to: raw)
            #expect(Self.content(text) == Self.content(raw), "\(language): \(raw)")
        }
    }

    @Test func `without rules nothing changes`() {
        var random = SplitMix64(state: 3)
        for round in 0..<1000 {
            let raw = Self.text(&random)
            let changes = TextPolish(.none).changes(to: raw, language: Self.languages[round % 7])
            #expect(changes.isEmpty)
        }
    }
}
