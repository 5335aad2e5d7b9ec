import ArgumentParser
import Sotto

@main
struct SottoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sotto",
        abstract: "Speech to text on this machine: nothing you record leaves it.",
        discussion: """
            Exit codes: 0 done, 64 wrong usage, 65 the recording or transcript is not usable, 66 it is not there \
            or may not be read, 69 the model or a part of Sotto is not usable, 70 a bug of ours, 71 the machine ran \
            out of something, 73 and 74 the output cannot be written, 75 the transcript is incomplete.
            """,
        version: sottoVersion,
        subcommands: [
            TranscribeCommand.self, ServeCommand.self, ConvertCommand.self, ModelsCommand.self,
            DevicesCommand.self,
        ])
}
