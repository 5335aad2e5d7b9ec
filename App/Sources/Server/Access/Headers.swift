import HTTPTypes

/// What every answer says about how a browser may treat it: nothing from elsewhere, nothing kept.
func securityHeaders(isSecure: Bool) -> [HTTPField] {
    var fields: [(String, String)] = [
        (
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                + "media-src 'self' blob:; img-src 'self' data:; worker-src 'self'; base-uri 'none'; "
                + "form-action 'self'; frame-ancestors 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Permissions-Policy", "microphone=(self), camera=(), geolocation=(), usb=(), payment=()"),
        ("Cache-Control", "no-store"),
    ]
    if isSecure { fields.append(("Strict-Transport-Security", "max-age=31536000")) }
    return fields.compactMap { name, value in
        HTTPField.Name(name).map { HTTPField(name: $0, value: value) }
    }
}

/// What is asked of a file.
enum ByteRange: Hashable {
    case whole
    case part(Range<Int>)
    /// Outside of the file.
    case unsatisfiable
}

/// Reads a `Range` field. Several ranges, and what is none, mean the whole file.
///
/// Source: RFC 9110, section 14.1.2.
func byteRange(_ field: String?, of count: Int) -> ByteRange {
    guard let field, field.hasPrefix("bytes="), !field.contains(",") else { return .whole }
    let ends = field.dropFirst(6).split(
        separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    guard ends.count == 2 else { return .whole }
    func number(_ text: Substring) -> Int? {
        text.allSatisfy { ("0"..."9").contains($0) } ? Int(text) : nil
    }
    if ends[0].isEmpty {
        guard let suffix = number(ends[1]) else { return .whole }
        return suffix == 0 || count == 0
            ? .unsatisfiable : .part(max(0, count - suffix)..<count)
    }
    guard let first = number(ends[0]) else { return .whole }
    guard first < count else { return .unsatisfiable }
    if ends[1].isEmpty { return .part(first..<count) }
    guard let last = number(ends[1]), last >= first else { return .whole }
    return .part(first..<min(last, count - 1) + 1)
}

/// Names a file to be saved, in letters that every browser reads.
///
/// Source: RFC 6266 and RFC 8187.
func contentDisposition(fileName: String) -> String {
    let plain = fileName.unicodeScalars.map { scalar -> Character in
        scalar.isASCII && scalar.value >= 32 && scalar.value < 127
            && !"\"\\/".unicodeScalars.contains(scalar)
            ? Character(scalar) : "_"
    }
    let encoded = fileName.utf8.map { byte -> String in
        let isPlain =
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "_"):
                true
            default: false
            }
        guard !isPlain else { return String(UnicodeScalar(byte)) }
        let hex = String(byte, radix: 16, uppercase: true)
        return "%" + (hex.count < 2 ? "0" : "") + hex
    }
    return "attachment; filename=\"\(String(plain))\"; filename*=UTF-8''\(encoded.joined())"
}
