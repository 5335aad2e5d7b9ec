import ArgumentParser
import Foundation
import Transcript

/// What is written, and where.
struct OutputOptions: ParsableArguments {
    @Option(
        help:
            "\(OutputOptions.formatNames). Default: what the name after --output ends in, else txt.",
        transform: { name in
            guard let format = Format(rawValue: name) else {
                throw ValidationError("It must be \(OutputOptions.formatNames).")
            }
            return format
        })
    private var format: Format?

    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "A file to write, or a folder (for several transcripts); - is the standard output.")
    private var name: String?

    /// `nil` for the standard output.
    var path: String? { name == "-" ? nil : name }

    @Flag(help: "Overwrite files that exist.")
    var force = false

    private static let formatNames: String = {
        let names = Format.allCases.map(\.rawValue)
        return names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    }()

    var chosenFormat: Format {
        if let format { return format }
        guard let path, !path.hasSuffix("/"), !FileSearch.isFolder(path) else { return .txt }
        return Format(fileExtension: URL(filePath: path).pathExtension) ?? .txt
    }

    /// Whether the name is meant for one file.
    var namesFile: Bool {
        guard format == nil, let path, !path.hasSuffix("/"), !FileSearch.isFolder(path) else {
            return false
        }
        return Format(fileExtension: URL(filePath: path).pathExtension) != nil
    }

    func validate() throws {
        if name?.isEmpty == true { throw ValidationError("--output needs a name.") }
        if path == nil && !chosenFormat.isText && Terminal.output.isOne {
            throw ValidationError(
                "\(chosenFormat.rawValue) is not for a terminal: name a file with --output.")
        }
    }
}
