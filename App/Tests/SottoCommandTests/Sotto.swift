import Foundation

/// What a run of the program left behind.
struct Outcome {
    let status: Int32
    let output: String
    let errors: String
}

/// The root of the project.
let project = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// A file of the project.
func projectPath(_ name: String) -> String {
    project.appending(path: name).path(percentEncoded: false)
}

/// The program that was built beside this test.
let sottoProgram = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "sotto")

/// Runs the program with no model installed.
func sotto(
    _ arguments: String..., input: Data = Data(), environment: [String: String] = [:],
    standardOutput: String? = nil
) throws -> Outcome {
    try sotto(
        arguments, input: input, environment: environment, standardOutput: standardOutput)
}

/// Runs the program with no model installed.
///
/// - Parameters:
///   - input: what its standard input holds.
///   - limit: kilobytes that it may write to any file.
func sotto(
    _ arguments: [String], input: Data = Data(), environment: [String: String] = [:],
    standardOutput: String? = nil, limitedTo limit: Int? = nil
) throws -> Outcome {
    let process = Process()
    if let limit {
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments =
            ["-c", "ulimit -f \(limit); exec \"$@\"", "bash", sottoProgram.path] + arguments
    } else {
        process.executableURL = sottoProgram
        process.arguments = arguments
    }
    process.environment = [
        "PATH": "/usr/bin:/bin", "HOME": "/nowhere", "XDG_DATA_HOME": "/nowhere/data",
    ].merging(environment) { $1 }
    let (inputPipe, outputPipe, errorPipe) = (Pipe(), Pipe(), Pipe())
    process.standardInput = inputPipe
    process.standardOutput =
        try standardOutput.map { try FileHandle(forWritingTo: URL(filePath: $0)) } ?? outputPipe
    if standardOutput != nil { try outputPipe.fileHandleForWriting.close() }
    process.standardError = errorPipe
    try process.run()
    // A program that refuses its arguments does not read: do not wait for it to, nor die of it.
    signal(SIGPIPE, SIG_IGN)
    let writer = Thread {
        try? inputPipe.fileHandleForWriting.write(contentsOf: input)
        try? inputPipe.fileHandleForWriting.close()
    }
    writer.start()
    let errorReader = PipeReader(errorPipe)
    let output = outputPipe.fileHandleForReading.readDataToEndOfFile()
    let errors = errorReader.wait()
    process.waitUntilExit()
    return Outcome(
        status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
        errors: String(decoding: errors, as: UTF8.self))
}

/// Empties a pipe on a thread of its own, so that neither of two pipes fills up.
private final class PipeReader: @unchecked Sendable {
    // Safety: `data` is written before the semaphore is signalled and read after it.
    private var data = Data()
    private let done = DispatchSemaphore(value: 0)

    init(_ pipe: Pipe) {
        Thread.detachNewThread { [self] in
            data = pipe.fileHandleForReading.readDataToEndOfFile()
            done.signal()
        }
    }

    func wait() -> Data {
        done.wait()
        return data
    }
}

/// A folder that is deleted when the test is over.
final class TemporaryFolder {
    let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    init() throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    func path(_ name: String) -> String {
        url.appending(path: name).path(percentEncoded: false)
    }

    func write(_ data: Data, _ name: String) throws -> String {
        try data.write(to: url.appending(path: name))
        return path(name)
    }
}
