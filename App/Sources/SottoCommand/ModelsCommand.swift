import ArgumentParser
import Foundation
import Sotto

/// Lists the models that are installed.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "List the installed models; the first is used by default.")

    func run() {
        let environment = ProcessInfo.processInfo.environment
        for model in InstalledModel.all(environment: environment) {
            print("\(model.name)\t\(model.byteCount >> 20) MiB\t\(model.folder)")
        }
        if let demo = InstalledModel.demo(programPath: Console.programPath) {
            print("\(demo.name)\t\(demo.byteCount >> 20) MiB\t\(demo.folder)\tdemonstration only")
        }
    }
}
