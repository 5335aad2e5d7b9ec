extension StringProtocol {
    /// Without white space at both ends.
    func trimmingWhitespace() -> String {
        let start = drop(while: \.isWhitespace)
        var end = start[...]
        while end.last?.isWhitespace == true { end = end.dropLast() }
        return String(end)
    }
}
