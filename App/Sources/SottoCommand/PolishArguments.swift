import ArgumentParser
import Foundation
import Transcript

/// What a person can say about how text is made easier to read.
struct PolishArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            What is done to make the text easier to read: none, all, or some of \(Self.ruleNames), joined by \
            commas; no-NAME leaves one out of the usual ones. Default: all but stutter, which removes words that \
            were said twice.
            """, valueName: "rules"))
    var polish: String?

    @Option(help: "Chinese characters: simplified (the default), traditional, or as heard.")
    var script: ScriptArgument?

    @Option(
        help: ArgumentHelp(
            "A file with names and terms, one a line: the model is told them, and their spelling is kept.",
            valueName: "file"))
    var hotWords: String?

    @Option(
        help: ArgumentHelp(
            """
            A file with replacements that are made at the end, one a line: what is looked for, a tab, what \
            stands instead; /…/ is a regular expression.
            """, valueName: "file"))
    var replace: String?

    @Flag(help: "List every change that was made to what the model wrote.")
    var explainPolish = false

    /// How Chinese is written, by the names of the command line.
    enum ScriptArgument: String, CaseIterable, ExpressibleByArgument {
        case simplified, traditional, heard
    }

    private static let ruleNames = PolishRule.allCases.map(\.rawValue).joined(separator: ", ")

    /// Whether anything was said.
    var isGiven: Bool { polish != nil || script != nil || hotWords != nil || replace != nil }

    func validate() throws { _ = try rules() }

    private func rules() throws -> Set<PolishRule> {
        let usual = PolishOptions().rules
        guard let polish else { return usual }
        if polish == "none" { return [] }
        if polish == "all" { return Set(PolishRule.allCases) }
        let names = polish.split(separator: ",").map { $0.trimmingPrefix(" ") }
        guard !names.isEmpty else { throw ValidationError("--polish needs a rule, all, or none.") }
        let refused = names.filter { $0.hasPrefix("no-") }
        guard refused.isEmpty || refused.count == names.count else {
            throw ValidationError(
                "--polish takes names of rules, or no-NAME for some of the usual ones, not both.")
        }
        let named = try names.map { name in
            let bare = name.hasPrefix("no-") ? name.dropFirst(3) : name
            guard let rule = PolishRule(rawValue: String(bare)) else {
                throw ValidationError(
                    "'\(bare)' is no rule of the polish. There are: \(Self.ruleNames); or all, or none."
                )
            }
            return rule
        }
        return refused.isEmpty ? Set(named) : usual.subtracting(named)
    }

    /// What was chosen, read and tried.
    ///
    /// - Throws: ``OutputRefusal`` for a file that cannot be read or a line in it that means nothing.
    func options() throws -> PolishOptions {
        var options = PolishOptions(
            rules: try rules(),
            script: script.flatMap { ChineseScript(rawValue: $0.rawValue) } ?? .simplified)
        // Who names a script wants it, whatever else is left out.
        if script != nil { options.rules.insert(.script) }
        if let hotWords { options.hotWords = PolishLists.hotWords(try text(of: hotWords)) }
        if let replace {
            let text = try text(of: replace)
            do throws(PolishLists.Flaw) {
                options.replacements = try PolishLists.replacements(text)
                options.rules.insert(.replacements)
            } catch {
                throw OutputRefusal(
                    status: ExitStatus.data, description: "'\(replace)', \(error)")
            }
        }
        do throws(PolishError) {
            try options.check()
        } catch {
            throw OutputRefusal(status: ExitStatus.unavailable, description: "\(error)")
        }
        return options
    }

    private func text(of path: String) throws -> String {
        guard let text = String(validating: try contents(of: path), as: UTF8.self) else {
            throw OutputRefusal(
                status: ExitStatus.data,
                description: "'\(path)' is not UTF-8 text. Save it as UTF-8.")
        }
        return text
    }
}
