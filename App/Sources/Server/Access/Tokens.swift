import FoundationEssentials

/// 32 random bytes in letters, digits, `-` and `_`.
public func makeToken() -> String {
    var generator = SystemRandomNumberGenerator()
    let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
    return Data(bytes).base64EncodedString()
        .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
}

/// Whether a text may be one of ``makeToken()``.
func isToken(_ text: String) -> Bool {
    text.utf8.count == 43
        && text.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
}

/// Compares without telling by its time where two texts differ.
func isSame(_ left: String, _ right: String) -> Bool {
    let (left, right) = (Array(left.utf8), Array(right.utf8))
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
}

/// The cookies of a request by name; the first of several of one name.
func cookies(_ header: String?) -> [String: String] {
    let pairs = (header ?? "").split(separator: ";").compactMap { part -> (String, String)? in
        guard let sign = part.firstIndex(of: "=") else { return nil }
        return (
            part[..<sign].trimmingWhitespace(),
            part[part.index(after: sign)...].trimmingWhitespace()
        )
    }
    return Dictionary(pairs) { first, _ in first }
}
