import HTTPTypes
import Sotto
import Transcript

/// What a person can choose about one recording, as the page sends it. All of it is optional.
struct JobOptions: Codable, Hashable, Sendable {
    var language, context, replacements, script: String?
    var hotWords, rules: [String]?
    var track: Int?
    var highPass, denoise, loudness: Bool?
    /// The part to transcribe, in seconds.
    var range: [Double]?

    /// - Throws: ``APIError`` with a sentence for the first choice that cannot be met.
    func transcriptionOptions() throws -> TranscriptionOptions {
        var options = TranscriptionOptions()
        if let language, !language.isEmpty {
            guard let known = Language(language) else {
                throw APIError.badOption(
                    "'\(language.prefix(40))' is not a language of the model.",
                    parameter: "language")
            }
            options.language = known
        }
        options.polish = try polishOptions()
        options.context = ([context ?? ""] + options.polish.hotWords).filter { !$0.isEmpty }
            .joined(separator: ", ")
        guard options.context.unicodeScalars.count <= 8000 else {
            throw APIError.badOption(
                "The context and the names are longer than 8,000 characters together. Shorten them.",
                parameter: "context")
        }
        if let track {
            guard (1...1000).contains(track) else {
                throw APIError.badOption("Sound tracks are numbered from 1.", parameter: "track")
            }
            options.track = track
        }
        options.removesRumble = highPass ?? false
        options.reducesNoise = denoise ?? false
        options.levelsLoudness = loudness ?? false
        return options
    }

    /// Bytes of a list of names or of replacements.
    private static let listLimit = 256 << 10

    /// - Throws: ``APIError``.
    func polishOptions() throws -> PolishOptions {
        var options = PolishOptions()
        let sizes = [replacements?.utf8.count, hotWords?.reduce(0) { $0 + $1.utf8.count }]
        guard sizes.allSatisfy({ $0 ?? 0 <= Self.listLimit }) else {
            throw APIError.badOption(
                "A list of names or replacements has 256 KiB at most.", parameter: "replacements")
        }
        if let rules {
            options.rules = Set(
                try rules.map { name in
                    guard let rule = PolishRule(rawValue: name) else {
                        throw APIError.badOption(
                            "'\(name.prefix(40))' is no rule of the polish.", parameter: "rules")
                    }
                    return rule
                })
        }
        if let script {
            guard let known = ChineseScript(rawValue: script) else {
                throw APIError.badOption(
                    "The script is simplified, traditional or heard.", parameter: "script")
            }
            options.script = known
        }
        options.hotWords = PolishLists.hotWords((hotWords ?? []).joined(separator: "\n"))
        if let replacements, !replacements.isEmpty {
            do throws(PolishLists.Flaw) {
                options.replacements = try PolishLists.replacements(replacements)
                options.rules.insert(.replacements)
            } catch {
                throw APIError.badOption("\(error)", parameter: "replacements")
            }
        }
        do throws(PolishError) {
            try options.check()
        } catch {
            throw APIError(.unprocessableContent, error.code, error.description)
        }
        return options
    }

    /// The part to transcribe.
    ///
    /// - Throws: ``APIError`` if it lies outside of the recording.
    func part(of duration: Double?) throws -> Range<Double>? {
        guard let range else { return nil }
        guard range.count == 2, range.allSatisfy(\.isFinite), range[0] >= 0, range[1] > range[0],
            range[0] < duration ?? .infinity
        else {
            throw APIError.badOption(
                "A part is [start, end] in seconds, within the recording.", parameter: "range")
        }
        return range[0]..<min(range[1], duration ?? range[1])
    }
}
