import Foundation
import Glibc

/// A terminal that the program writes to, if it is one.
struct Terminal {
    private let descriptor: Int32

    static let output = Terminal(descriptor: STDOUT_FILENO)
    static let error = Terminal(descriptor: STDERR_FILENO)

    var isOne: Bool { isatty(descriptor) == 1 }

    /// Whether what was written can be rewritten.
    var canRewrite: Bool { isOne && ProcessInfo.processInfo.environment["TERM"] != "dumb" }

    /// At present; it may change at any time.
    var columnCount: Int {
        var size = winsize()
        // Safety: the structure lives as long as the call.
        let isKnown = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : 80
    }

    func write(_ text: String) throws {
        if descriptor == STDOUT_FILENO {
            try Console.writeText(text)
        } else {
            Console.writeNotice(text)
        }
    }
}
