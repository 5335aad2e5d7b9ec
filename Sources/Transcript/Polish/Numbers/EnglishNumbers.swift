/// English numbers in digits.
enum EnglishNumbers {
    static func edits(_ text: [Unicode.Scalar]) -> [TextEdit] { [] }
}
