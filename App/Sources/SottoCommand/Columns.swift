import Transcript

/// Text that must fit on a terminal.
extension String {
    /// As much of the start as fits, with `…` for the rest.
    func start(columns: Int) -> String {
        guard columnCount > columns else { return self }
        guard columns > 0 else { return "" }
        return Self.fitting(self, columns - 1) + "…"
    }

    /// As much of the end as fits, with `…` for the rest.
    func end(columns: Int) -> String {
        guard columnCount > columns else { return self }
        guard columns > 0 else { return "" }
        return "…" + String(Self.fitting(String(reversed()), columns - 1).reversed())
    }

    private static func fitting(_ text: String, _ columns: Int) -> String {
        var used = 0
        return String(
            text.prefix { character in
                used += character.columnCount
                return used <= columns
            })
    }

    /// Without what a terminal would obey.
    func replacingControls(by replacement: Unicode.Scalar) -> String {
        let scalars = unicodeScalars.map { scalar -> Unicode.Scalar in
            scalar.properties.generalCategory == .control ? replacement : scalar
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
