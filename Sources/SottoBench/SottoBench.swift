import ArgumentParser

@main
struct SottoBench: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "sotto-bench")
    func run() throws {}
}
