import ArgumentParser

@main
struct SottoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sotto",
        abstract: "Speech to text on this machine: nothing you record leaves it.")
}
