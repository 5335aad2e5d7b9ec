import Foundation
import Sotto

/// The terminal: text goes to the standard output, everything else to the standard error.
enum Console {
    /// Where this program lies.
    static var programPath: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
    }

    static func writeText(_ text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }

    static func writeNotice(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    static var isOutputTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
    static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// Exit codes, as `sysexits` names them.
enum ExitStatus {
    static let cannotCreate: Int32 = 73
    static let incomplete: Int32 = 75

    static func of(_ error: SottoError) -> Int32 {
        switch error.kind {
        case .request: 64
        case .data: 65
        case .input: 66
        case .model: 69
        case .unexpected: 70
        case .resources: 71
        }
    }
}
