import ArgumentParser

@main
struct SottoBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sotto-bench", abstract: "Measure parts of Sotto.",
        subcommands: [EngineBench.self, ReadingBench.self, DetectionBench.self],
        defaultSubcommand: EngineBench.self)
}
