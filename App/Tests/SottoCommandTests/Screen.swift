import Foundation
import Transcript

@testable import SottoCommand

/// What a terminal shows: enough of one for what the program writes.
struct Screen {
    private let columnCount: Int
    private var rows: [[String]] = [[]]
    private var row = 0
    private var column = 0

    init(columns: Int) {
        columnCount = columns
    }

    /// Without spaces at the ends, and without empty lines at the end.
    var lines: [String] {
        let texts = rows.map {
            $0.joined().replacing(#/ +$/#, with: "")
        }
        return Array(texts.reversed().drop { $0.isEmpty }.reversed())
    }

    /// Takes what a program wrote.
    ///
    /// - Returns: what was shown before each time that the cursor went back.
    mutating func take(_ text: String) -> [[String]] {
        var states: [[String]] = []
        var rest = Substring(text)
        while let scalar = rest.unicodeScalars.popFirst() {
            switch scalar {
            case "\r":
                states.append(lines)
                column = 0
            case "\n":
                row += 1
                if row == rows.count { rows.append([]) }
            case "\u{1B}":
                guard let match = rest.prefixMatch(of: #/\[(\d*)([KAG])/#) else { continue }
                rest = rest[match.range.upperBound...]
                if match.2 != "K" { states.append(lines) }
                obey(match.2, Int(match.1))
            default:
                write(scalar)
            }
        }
        return states
    }

    private mutating func obey(_ command: Substring, _ number: Int?) {
        switch command {
        case "K": rows[row] = Array(rows[row].prefix(column))
        case "A": row = max(0, row - (number ?? 1))
        default: column = (number ?? 1) - 1
        }
    }

    private mutating func write(_ scalar: Unicode.Scalar) {
        let width = Character(scalar).columnCount
        if column + width > columnCount {
            column = 0
            row += 1
            if row == rows.count { rows.append([]) }
        }
        while rows[row].count < column + width { rows[row].append(" ") }
        rows[row][column] = String(scalar)
        if width == 2 { rows[row][column + 1] = "" }
        column += width
    }
}

/// Runs the program on a terminal, with no model installed.
///
/// - Parameters:
///   - shell: what follows the program and its arguments, `2>file`.
///   - log: a file that holds the terminal's output while the program runs.
/// - Returns: what it wrote to the terminal, control characters included.
func sottoOnTerminal(
    columns: Int, _ arguments: [String], shell: String = "",
    environment: [String: String] = [:], log: String = "/dev/null"
) throws -> Outcome {
    let words = ([sottoProgram.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/script")
    let size = columns == 0 ? "" : "stty cols \(columns) rows 24;"
    process.arguments = ["-qefc", "\(size) \(words) \(shell)", log]
    process.environment = [
        "PATH": "/usr/bin:/bin", "HOME": "/nowhere", "XDG_DATA_HOME": "/nowhere/data",
        "SHELL": "/bin/bash", "TERM": "xterm",
    ].merging(environment) { $1 }
    let pipe = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
        status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
        errors: "")
}
