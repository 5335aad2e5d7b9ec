import ArgumentParser
import Compute
import Foundation

/// Where a GPU's files lie.
struct GPUOptions: ParsableArguments {
    @Option(help: "Folder of libnvrtc.so.12, for a GPU.")
    var libraries: String?

    @Option(help: "Folder of compiled kernels, for a GPU.")
    var kernelCache: String?

    /// The number in `cuda:N`; `nil` for the processor.
    static func index(of device: String) throws -> Int? {
        if device == "cpu" { return nil }
        if device == "cuda" { return 0 }
        guard device.hasPrefix("cuda:"), let index = Int(device.dropFirst(5)) else {
            throw ValidationError("--device may be cpu, cuda or cuda:N.")
        }
        return index
    }

    func installed() throws -> CUDALibraries {
        try .installed(in: libraries.map { [$0] } ?? [])
    }

    func backend(_ index: Int, _ isEightBit: Bool) throws -> CUDABackend {
        let found = try installed()
        return try CUDABackend(
            device: .numbered(index, found), libraries: found, isEightBit: isEightBit,
            cacheFolder: kernelCache)
    }
}

/// Checks a GPU's operations at the sizes of the released models against the processor's.
struct GPUBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gpu",
        abstract: "List GPUs, and check every operation of one at the released models' sizes.")

    @Option(help: "cuda or cuda:N.")
    var device = "cuda"

    @OptionGroup var options: GPUOptions

    func run() throws {
        for gpu in try CUDADevice.all(options.installed()) {
            print(
                "cuda:\(gpu.index)\t\(gpu.name)\tcompute capability \(gpu.capability)\t"
                    + "\(gpu.multiprocessors) multiprocessors\t\(gpu.memory >> 20) MiB")
        }
        let index = try GPUOptions.index(of: device) ?? 0
        let clock = ContinuousClock()
        var gpu: CUDABackend?
        let start = try clock.measure { gpu = try options.backend(index, false) }
        guard let gpu else { return }
        print(String(format: "start with kernels: %.3f s", start / .seconds(1)))
        let processor = try CPUBackend()
        var failures = 0
        for isEightBit in [false, true] {
            let backend = isEightBit ? gpu.withEightBits : gpu
            for check in BackendCheck.all {
                let error = try check.error(of: backend, against: processor)
                let limit = isEightBit ? check.eightBitLimit : check.limit
                let isRight = error <= limit
                failures += isRight ? 0 : 1
                print(
                    "\(isRight ? "ok  " : "FAIL") \(isEightBit ? "8-bit" : "16-bit")\t\(check.name)\t"
                        + String(format: "%.2e (limit %.0e)", error, limit))
            }
        }
        guard failures == 0 else {
            print("\(failures) checks failed")
            throw ExitCode.failure
        }
        print("all checks passed")
    }
}
