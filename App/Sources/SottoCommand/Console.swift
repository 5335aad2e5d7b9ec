import Foundation
import Sotto

/// The terminal: text goes to the standard output, everything else to the standard error.
enum Console {
    /// Where this program lies.
    static var programPath: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            ?? CommandLine.arguments[0]
    }

    /// Writes what was asked for.
    ///
    /// - Throws: ``OutputRefusal`` when the disk is full or the reader is gone.
    static func writeText(_ text: String) throws {
        try write(Array(text.utf8))
    }

    /// Writes what was asked for.
    ///
    /// - Throws: ``OutputRefusal`` when the disk is full or the reader is gone.
    static func write(_ bytes: [UInt8]) throws {
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(bytes))
        } catch {
            throw OutputRefusal(
                status: ExitStatus.inputOutput,
                description: "The standard output cannot be written: \(error.systemText).")
        }
    }

    /// Writes what else there is to say; nobody may be listening.
    static func writeNotice(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
    }

    /// Writes what went wrong, as a line. A file may be named in ways that a terminal would obey.
    static func writeProblem(_ problem: String) {
        writeNotice("sotto: \(problem.replacingControls(by: "?"))\n")
    }
}

/// What a person's file holds: of a pipe too.
func contents(of path: String) throws(OutputRefusal) -> Data {
    func refusal(_ reason: String) -> OutputRefusal {
        OutputRefusal(
            status: ExitStatus.noInput,
            description: "'\(path)' cannot be read: \(reason). Check the name.")
    }
    guard !path.isEmpty else { throw refusal("it is no name") }
    guard !FileSearch.isFolder(path) else { throw refusal(systemWords(for: EISDIR)) }
    do {
        let handle = try FileHandle(forReadingFrom: URL(filePath: path))
        return try handle.readToEnd() ?? Data()
    } catch {
        throw refusal(error.systemText)
    }
}

/// Exit codes, as `sysexits` names them.
enum ExitStatus {
    static let usage: Int32 = 64
    static let data: Int32 = 65
    static let noInput: Int32 = 66
    static let unavailable: Int32 = 69
    static let cannotCreate: Int32 = 73
    static let inputOutput: Int32 = 74
    static let incomplete: Int32 = 75

    static func of(_ error: SottoError) -> Int32 {
        switch error.kind {
        case .request: usage
        case .data: data
        case .input: noInput
        case .model, .installation: unavailable
        case .unexpected: 70
        case .resources: 71
        case .output: inputOutput
        }
    }
}

/// Why a result could not be written, and the exit code for it.
struct OutputRefusal: Error, CustomStringConvertible {
    var status = ExitStatus.cannotCreate
    let description: String
}

extension Error {
    /// What the system said, in its own words.
    var systemText: String {
        let error = self as NSError
        let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
        let numbers: [CocoaError.Code: Int32] = [
            .fileNoSuchFile: ENOENT, .fileReadNoSuchFile: ENOENT, .fileWriteNoPermission: EACCES,
            .fileWriteOutOfSpace: ENOSPC, .fileWriteVolumeReadOnly: EROFS,
        ]
        let isSystems = cause.domain == NSPOSIXErrorDomain
        guard
            let number = isSystems
                ? Int32(cause.code) : numbers[CocoaError.Code(rawValue: cause.code)]
        else { return cause.localizedDescription }
        return systemWords(for: number)
    }
}

/// What the system says of an error number.
func systemWords(for number: Int32) -> String {
    // Safety: glibc returns a string that outlives the call.
    unsafe String(cString: strerror(number))
}
