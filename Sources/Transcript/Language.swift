/// A language that the model can be told to expect.
///
/// Source: the list of the `qwen-asr` package, in its order, with the codes that its successor uses.
/// Chinese dialects are recognised under Chinese or Cantonese.
public struct Language: Hashable, Sendable {
    /// English name, as the model writes it.
    public let name: String
    /// ISO 639 code.
    public let code: String

    /// All languages, in the model's order.
    public static let all: [Language] = [
        ("Chinese", "zh"), ("English", "en"), ("Cantonese", "yue"), ("Arabic", "ar"),
        ("German", "de"), ("French", "fr"), ("Spanish", "es"), ("Portuguese", "pt"),
        ("Indonesian", "id"), ("Italian", "it"), ("Korean", "ko"), ("Russian", "ru"),
        ("Thai", "th"), ("Vietnamese", "vi"), ("Japanese", "ja"), ("Turkish", "tr"),
        ("Hindi", "hi"), ("Malay", "ms"), ("Dutch", "nl"), ("Swedish", "sv"), ("Danish", "da"),
        ("Finnish", "fi"), ("Polish", "pl"), ("Czech", "cs"), ("Filipino", "fil"),
        ("Persian", "fa"), ("Greek", "el"), ("Romanian", "ro"), ("Hungarian", "hu"),
        ("Macedonian", "mk"),
    ].map { Language(name: $0.0, code: $0.1) }

    private init(name: String, code: String) {
        self.name = name
        self.code = code
    }

    /// The language of an English name or a code, in any case; `nil` if the model has none such.
    public init?(_ text: String) {
        let wanted = normalisedLanguageName(text).lowercased()
        guard
            let found = Self.all.first(where: {
                $0.name.lowercased() == wanted || $0.code == wanted
            })
        else { return nil }
        self = found
    }
}

/// White space stripped, the first letter upper case, the rest lower case.
public func normalisedLanguageName(_ text: String) -> String {
    let stripped = text.strippingWhitespace()
    return stripped.prefix(1).uppercased() + stripped.dropFirst().lowercased()
}

/// The languages of consecutive pieces as one name: empty ones dropped, equal neighbours merged.
public func mergedLanguages(_ names: [String]) -> String {
    var merged: [String] = []
    for name in names.map({ $0.strippingWhitespace() }) where !name.isEmpty {
        if merged.last != name { merged.append(name) }
    }
    return merged.joined(separator: ",")
}

extension StringProtocol {
    /// Without the white space at both ends.
    package func strippingWhitespace() -> String {
        let scalars = unicodeScalars
        guard
            let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(String.UnicodeScalarView(scalars[first...last]))
    }
}
