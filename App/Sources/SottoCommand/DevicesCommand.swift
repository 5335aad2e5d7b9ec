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

/// `--device`.
struct DeviceOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What the model runs on: cpu, cuda or cuda:N (an NVIDIA GPU), or auto. Default: cpu.",
            discussion:
                "The GPU kernels are checked on an emulated GPU and not yet measured on a real one.",
            valueName: "device"),
        transform: { name in
            guard let device = ComputeDevice(name) else {
                throw ValidationError("--device may be cpu, cuda, cuda:N or auto.")
            }
            return device
        })
    var device: ComputeDevice = .cpu

    @Option(
        help: ArgumentHelp(
            "What a GPU keeps the model as: f16, or int8 for half the memory. Default: f16 where it fits.",
            valueName: "precision"),
        transform: { name in
            guard let precision = Precision(rawValue: name) else {
                throw ValidationError("--precision may be f16 or int8.")
            }
            return precision
        })
    var precision: Precision?

    func validate() throws {
        if let precision, !device.precisions.contains(precision) {
            throw ValidationError(
                "On this device --precision may be \(device.precisions.names).")
        }
    }
}
