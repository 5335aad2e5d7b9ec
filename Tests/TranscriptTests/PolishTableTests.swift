import Foundation
import TestSupport
import Testing

@testable import Transcript

/// One line of `Tests/Fixtures/polish/*.tsv`: language, rules, text, polished text, reason.
///
/// The language is a code (`zh`, `yue`, `en`, …). The rules are those that are on, joined by commas; `all` is the default
/// set, and `script=traditional` the script rule with another wish. `=` as the polished text means that nothing may change. Lines that begin with `#` are comments.
struct PolishCase: Hashable, Sendable, CustomTestStringConvertible {
    let place: String
    let language: String
    let options: PolishOptions
    let text: String
    let expected: String
    let reason: String

    var testDescription: String { place }

    init?(_ line: Substring, place: String) throws {
        guard !line.isEmpty, !line.hasPrefix("#") else { return nil }
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        try #require(
            fields.count == 5 && !fields[4].isEmpty, "\(place): five fields, with a reason")
        self.place = place
        language = try #require(Language(fields[0]), "\(place): \(fields[0])").name
        var options = PolishOptions()
        if fields[1] != "all" {
            options.rules = try Set(
                fields[1].split(separator: ",").map { field in
                    let parts = field.split(separator: "=").map(String.init)
                    if let script = parts.dropFirst().first {
                        options.script = try #require(
                            ChineseScript(rawValue: script), "\(place): \(script)")
                    }
                    return try #require(PolishRule(rawValue: parts[0]), "\(place): \(field)")
                })
        }
        self.options = options
        text = fields[2]
        expected = fields[3] == "=" ? fields[2] : fields[3]
        reason = fields[4]
    }

    static func all() throws -> [PolishCase] {
        let folder = URL(filePath: Fixtures.path("polish"))
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        return try files.filter { $0.hasSuffix(".tsv") }.flatMap { name in
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            return try text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                .compactMap { try PolishCase($1, place: "\(name):\($0 + 1)") }
        }
    }

    func polished(_ text: String) -> String {
        TextPolish(options).changes(to: text, language: language).applied(to: text)
    }
}

@Suite struct PolishTableTests {
    @Test func `every line of the tables comes out as it says, and stays so`() throws {
        let cases = try PolishCase.all()
        for line in cases {
            let polished = line.polished(line.text)
            #expect(polished == line.expected, "\(line.place): \(line.reason)")
            #expect(line.polished(polished) == polished, "\(line.place): polished twice")
        }
    }
}
