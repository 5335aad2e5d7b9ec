/// What the header of a part says.
struct MultipartPart: Hashable, Sendable {
    /// Of the field.
    let name: String
    /// Of the file, where it is one; whatever the client likes.
    let fileName: String?

    /// - Parameter header: its lines, without the empty one.
    init(header: ArraySlice<UInt8>) throws(MultipartError) {
        guard let text = String(validating: header, as: UTF8.self) else { throw .malformed }
        let lines = text.split(separator: "\r\n").map { $0.split(separator: ":", maxSplits: 1) }
        let disposition = lines.first {
            $0.count == 2 && $0[0].trimmingWhitespace().lowercased() == "content-disposition"
        }
        guard let disposition else { throw .unnamed }
        let field = HeaderField(String(disposition[1]))
        guard field.value.lowercased() == "form-data", let name = field.parameters["name"] else {
            throw .unnamed
        }
        self.name = name
        fileName =
            field.parameters["filename*"].flatMap(Self.decoded) ?? field.parameters["filename"]
    }

    /// `UTF-8''%E5%91%A8.wav`
    ///
    /// Source: RFC 8187.
    private static func decoded(_ value: String) -> String? {
        let parts = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].lowercased() == "utf-8" else { return nil }
        var (bytes, rest) = ([UInt8](), Array(parts[2].utf8)[...])
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, let value = UInt8(digits, radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

/// Why a body cannot be read as `multipart/form-data`.
enum MultipartError: Error, Hashable, Sendable, CustomStringConvertible {
    case notMultipart, malformed, unnamed, headerTooLong, tooManyParts, incomplete

    /// What is wrong, and what to do.
    var description: String {
        switch self {
        case .notMultipart:
            "Send the recording as multipart/form-data, with a boundary of 1 to 70 characters."
        case .malformed: "The multipart body is damaged: a boundary or a header cannot be read."
        case .unnamed:
            "A part of the multipart body has no name. Give each a Content-Disposition: form-data; name=…"
        case .headerTooLong: "A part of the multipart body has a header of more than 8,192 bytes."
        case .tooManyParts: "The multipart body has more than 64 parts."
        case .incomplete: "The multipart body breaks off. Send the recording again."
        }
    }
}

/// A field's value and its parameters: `form-data; name="file"`.
struct HeaderField: Hashable {
    let value: String
    /// By name in small letters; the first of several of one name.
    let parameters: [String: String]

    /// - Parameter text: what stands behind the colon.
    init(_ text: String) {
        var rest = Substring(text)
        value = rest.prefix { $0 != ";" }.trimmingWhitespace()
        rest = rest.drop { $0 != ";" }
        var parameters: [String: String] = [:]
        while rest.first == ";" {
            rest = rest.dropFirst()
            let name = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest.dropFirst(name.count)
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst().drop(while: \.isWhitespace)
            let found: String
            if rest.first == "\"" {
                (found, rest) = Self.quoted(rest.dropFirst())
                rest = rest.drop { $0 != ";" }
            } else {
                found = rest.prefix { $0 != ";" }.trimmingWhitespace()
                rest = rest.drop { $0 != ";" }
            }
            let key = name.trimmingWhitespace().lowercased()
            if parameters[key] == nil { parameters[key] = found }
        }
        self.parameters = parameters
    }

    /// Up to the closing quotation mark. A backslash stands before a quotation mark or itself; elsewhere, as in
    /// the paths that some programs send, it is one.
    private static func quoted(_ text: Substring) -> (String, Substring) {
        var (value, rest) = ("", text)
        while let character = rest.popFirst() {
            if character == "\"" { break }
            if character == "\\", let next = rest.first, next == "\"" || next == "\\" {
                value.append(next)
                rest = rest.dropFirst()
            } else {
                value.append(character)
            }
        }
        return (value, rest)
    }
}
