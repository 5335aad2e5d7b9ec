import ArgumentParser
import Foundation
import Transcript

/// Writes a transcript in another format, without the recording.
struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Write a transcript in another format.",
        discussion: """
            The result is what transcribe would have written in that format. With options of the polish the \
            model's own words are polished anew; what is not named then is as usual, whatever was chosen before.
            """)

    @Argument(help: "A transcript that was written with --format json; - is the standard input.")
    var file: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var polish: PolishArguments

    func run() throws {
        do {
            let format = output.chosenFormat
            let target = try output.path.map { try self.target($0, format) }
            var transcription = try transcription()
            var problems: [PolishError] = []
            if polish.isGiven {
                (transcription, problems) = transcription.polished(try polish.options())
            }
            let bytes = format.render(transcription)
            if let target {
                try target.write(bytes)
            } else {
                try Console.write(bytes)
            }
            problems.forEach { Console.writeProblem("\($0)") }
            if polish.explainPolish {
                transcription.explainedChanges.forEach(Console.writeProblem)
            }
        } catch let refusal as OutputRefusal {
            Console.writeProblem("\(refusal)")
            throw ExitCode(refusal.status)
        }
    }

    private func target(_ path: String, _ format: Format) throws -> TargetFile {
        let target = try TargetFile(path, format: format) {
            file == "-" ? "standard-input" : Recording(file).stem
        }
        guard file == "-" || !target.isSameFile(file) else {
            throw OutputRefusal(
                description: "'\(target.path)' is the transcript that is to be read. "
                    + "Name another --output.")
        }
        guard output.force || !target.exists else {
            throw OutputRefusal(
                description: "'\(target.path)' exists. Name another --output, "
                    + "or use --force to overwrite it.")
        }
        return target
    }

    private func transcription() throws -> Transcription {
        let name = file == "-" ? "The standard input" : "'\(file)'"
        let data = file == "-" ? try standardInput() : try contents(of: file)
        do {
            return try Transcription(json: data)
        } catch {
            throw OutputRefusal(
                status: ExitStatus.data,
                description: "\(name) is no transcript to convert. \(error)")
        }
    }

    private func standardInput() throws -> Data {
        do {
            return try FileHandle.standardInput.readToEnd() ?? Data()
        } catch {
            throw OutputRefusal(
                status: ExitStatus.noInput,
                description: "The standard input cannot be read: \(error.systemText).")
        }
    }
}
