import ArgumentParser
import Transcript

/// Shows what the polish does to sentences, for a person to look at.
struct PolishBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "polish",
        abstract: "Polish lines of the standard input: LANGUAGE, a tab, TEXT.",
        discussion: "Prints the polished text, and after tabs each change as RULES:BEFORE>AFTER.")

    @Option(help: "Rules that are applied, joined by commas; all but stutter if left out.")
    var rules: String?

    @Option(help: "simplified, heard or traditional.")
    var script = "simplified"

    func run() throws {
        guard let script = ChineseScript(rawValue: script) else {
            throw ValidationError("'\(script)' is no script.")
        }
        var options = PolishOptions(script: script)
        if let rules {
            options.rules = try Set(
                rules.split(separator: ",").map { name in
                    guard let rule = PolishRule(rawValue: String(name)) else {
                        throw ValidationError("'\(name)' is no rule.")
                    }
                    return rule
                })
        }
        try options.check()
        let polish = TextPolish(options)
        while let line = readLine() {
            let fields = line.split(separator: "\t", maxSplits: 1).map(String.init)
            guard fields.count == 2, let language = Language(fields[0]) else {
                throw ValidationError("No language and text: '\(line)'")
            }
            let (changes, problems) = polish.polish(fields[1], language: language.name)
            let scalars = Array(fields[1].unicodeScalars)
            let shown = changes.map { change in
                let before = String(String.UnicodeScalarView(scalars[change.range]))
                let rules = change.rules.map(\.rawValue).joined(separator: ",")
                return "\(rules):\(before)>\(change.replacement)"
            }
            print(([changes.applied(to: fields[1])] + shown).joined(separator: "\t"))
            for problem in problems { print("problem:", problem) }
        }
    }
}
