import ArgumentParser

@main
struct SottoBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sotto-bench", abstract: "Measure parts of Sotto.",
        subcommands: [
            EngineBench.self, WholeBench.self, QueueBench.self, ReadingBench.self,
            DetectionBench.self,
            PolishBench.self, RenderBench.self, KernelsBench.self, GPUBench.self,
        ],
        defaultSubcommand: EngineBench.self)
}
