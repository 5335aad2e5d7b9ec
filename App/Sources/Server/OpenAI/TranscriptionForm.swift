import HTTPTypes
import Sotto
import Transcript

/// What a client of OpenAI's API asks for, field by field.
///
/// Source: OpenAI API reference, "Create transcription".
struct TranscriptionForm: Sendable {
    /// How the text is wanted.
    enum ResponseFormat: String, CaseIterable, Sendable {
        case json, text, srt, vtt
        case verboseJSON = "verbose_json"
    }

    /// Bytes that a field of text may have.
    static let fieldLimit = 64 << 10
    /// Names that clients send without being asked; they mean the model that is there.
    private static let usualModels: Set<String> = [
        "whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe",
    ]

    private(set) var model = ""
    private(set) var options = TranscriptionOptions()
    private(set) var format = ResponseFormat.json
    private(set) var isStreamed = false
    private(set) var includesLogProbabilities = false

    /// Takes a field. Names that are not known are left alone, as OpenAI does.
    ///
    /// - Throws: ``APIError`` that names the field and says what it may be.
    mutating func take(_ name: String, _ value: String) throws {
        switch name {
        case "model": model = value
        case "language":
            guard !value.isEmpty else { return }
            guard let language = Language(value) else {
                throw refusal(
                    name,
                    "'\(value.prefix(40))' is not a language of the model. It knows: "
                        + Language.all.map(\.code).joined(separator: ", ") + ".")
            }
            options.language = language
        case "prompt":
            guard value.unicodeScalars.count <= 8000 else {
                throw refusal(name, "The prompt is longer than 8,000 characters. Shorten it.")
            }
            options.context = value
        case "response_format":
            guard let known = ResponseFormat(rawValue: value) else {
                throw refusal(
                    name,
                    "response_format is one of "
                        + ResponseFormat.allCases.map(\.rawValue).joined(separator: ", ") + ".")
            }
            format = known
        case "temperature":
            // Decoding is greedy: the same sound gives the same text.
            guard let number = Double(value), (0...1).contains(number) else {
                throw refusal(name, "temperature is a number from 0 to 1; it changes nothing here.")
            }
        case "timestamp_granularities[]", "timestamp_granularities":
            guard value == "segment" else {
                throw refusal(
                    "timestamp_granularities",
                    "Only 'segment' times can be had; times of words are not there yet.")
            }
        case "stream":
            guard
                let wanted = ["true": true, "1": true, "false": false, "0": false][
                    value.lowercased()]
            else { throw refusal(name, "stream is true or false.") }
            isStreamed = wanted
        case "include[]", "include":
            guard value == "logprobs" else {
                throw refusal("include", "Only 'logprobs' can be included.")
            }
            includesLogProbabilities = true
        default: break
        }
    }

    /// Looks at all fields together.
    ///
    /// - Parameter models: names of the installed ones.
    func check(models: [String]) throws {
        guard !model.isEmpty else {
            throw refusal("model", "'model' is missing. Send the name of an installed model.")
        }
        guard Self.usualModels.contains(model) || models.contains(model) else {
            throw APIError.unknownModel(String(model.prefix(100)))
        }
        if isStreamed, ![.json, .text].contains(format) {
            throw refusal("stream", "Only json and text can be streamed.")
        }
        if includesLogProbabilities, format != .json {
            throw refusal("include", "logprobs come with response_format json only.")
        }
    }

    /// Whether the request names a model that is to be loaded, and not just the one that is there.
    func names(another loaded: String?) -> Bool {
        !Self.usualModels.contains(model) && model != loaded
    }

    private func refusal(_ name: String, _ message: String) -> APIError {
        APIError.badRequest(message, parameter: name)
    }
}
