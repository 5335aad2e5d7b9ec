import ArgumentParser
import Compute

/// Compiles the GPU kernels for each card, without one.
struct KernelsBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kernels",
        abstract: "Compile the GPU kernels for cards that need not be there.")

    @Option(help: "NVIDIA's compiler: libnvrtc.so.12, as scripts/fetch-nvrtc.sh puts it.")
    var library: String

    @Option(
        help: "Compute capabilities. Default: every card with matrix units that the compiler knows."
    )
    var capability: [String] = []

    @Option(help: "Keeps the code in this folder, for a machine without the compiler.")
    var keep: String?

    func run() throws {
        let compiler = try CUDALibraries.compiler(at: library)
        let known = compiler.architectures.filter { $0 >= 75 }.map { "\($0 / 10).\($0 % 10)" }
        print("NVRTC \(compiler.version)")
        for name in capability.isEmpty ? Self.distinct(known) : capability {
            let parts = name.split(separator: ".").compactMap { Int($0) }
            guard parts.count == 2 else {
                throw ValidationError("--capability is written like 8.6.")
            }
            let capability = ComputeCapability(major: parts[0], minor: parts[1])
            let clock = ContinuousClock()
            var code: [UInt8] = []
            let time = try clock.measure {
                code =
                    if let keep { try compiler.keep(capability, in: keep) } else {
                        try compiler.compile(for: capability)
                    }
            }
            print("\(capability.architecture): \(code.count >> 10) KiB in \(time)")
        }
    }

    /// Boards for cars and robots (7.2, 8.7, 10.1, 11.0 …) have the instructions of the card before them.
    private static func distinct(_ names: [String]) -> [String] {
        let cards: Set = ["7.5", "8.0", "8.6", "8.9", "9.0", "10.0", "10.3", "12.0", "12.1"]
        return names.filter(cards.contains)
    }
}
