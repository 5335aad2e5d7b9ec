import ArgumentParser
import Foundation
import Sotto

/// Lists what a model can run on.
struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices", abstract: "List what a model can run on: names for --device.")

    func run() throws {
        print("cpu\tthe processor")
        let environment = ProcessInfo.processInfo.environment
        do {
            for gpu in try GraphicsProcessor.all(environment: environment) {
                print("cuda:\(gpu.index)\t\(gpu.description)")
            }
        } catch {
            Console.writeNotice("sotto: \(error.description)\n")
        }
    }
}

extension ComputeDevice {
    /// For `@Option`.
    @Sendable static func argument(_ name: String) throws -> ComputeDevice {
        guard let device = ComputeDevice(name) else {
            throw ValidationError("--device may be cpu, cuda, cuda:N or auto.")
        }
        return device
    }
}
