import Compute
import Qwen3ASR

/// What a model is to run on.
public enum ComputeDevice: Hashable, Sendable {
    /// The processor.
    case cpu
    /// An NVIDIA GPU, by its number in the driver's order; where it cannot be used, that is an error.
    case cuda(Int)
    /// The first NVIDIA GPU where it can be used, else the processor.
    case automatic

    /// `cpu`, `cuda`, `cuda:1` or `auto`; `nil` for any other name.
    public init?(_ name: String) {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        switch (parts.first, parts.count) {
        case ("cpu", 1): self = .cpu
        case ("cuda", 1): self = .cuda(0)
        case ("auto", 1): self = .automatic
        case ("cuda", 2):
            guard parts[1].allSatisfy({ $0.isASCII && $0.isNumber }), let index = Int(parts[1])
            else {
                return nil
            }
            self = .cuda(index)
        default: return nil
        }
    }
}

/// What a model's matrices are kept as.
public enum Precision: String, Hashable, Sendable, CaseIterable {
    /// As they are stored: the processor's.
    case bf16
    /// A GPU's: as exact as what is stored, to 3e-8.
    case f16
    /// A GPU's: half the memory, and half to read for each token. A product's values differ by up to one part in a hundred.
    case int8
}

extension [Precision] {
    /// `f16 or int8`
    public var names: String { map(\.rawValue).joined(separator: " or ") }
}

extension ComputeDevice {
    /// What may be chosen on it, the first where there is room.
    public var precisions: [Precision] { self == .cpu ? [.bf16] : [.f16, .int8] }
}

extension CUDAFiles {
    /// `$XDG_DATA_HOME/sotto/cuda` for libraries, `$XDG_CACHE_HOME/sotto/kernels` for compiled kernels.
    init(environment: [String: String]) {
        func folder(_ variable: String, _ fallback: String) -> String {
            if let path = environment[variable], path.hasPrefix("/") { return path }
            return (environment["HOME"] ?? "/") + fallback
        }
        self.init(
            compilerFolders: [folder("XDG_DATA_HOME", "/.local/share") + "/sotto/cuda"],
            kernels: folder("XDG_CACHE_HOME", "/.cache") + "/sotto/kernels")
    }
}

/// An NVIDIA GPU of this machine.
public struct GraphicsProcessor: Hashable, Sendable, CustomStringConvertible {
    /// The number in `cuda:N`.
    public let index: Int
    /// As the driver calls it.
    public let name: String
    /// In bytes.
    public let memory: Int
    /// Whether the kernels run on it: compute capability 7.5 (RTX 20, T4) or newer.
    public let isSupported: Bool

    /// Name and memory, and what is wrong with it.
    public var description: String {
        let text = "\(name), \(memory >> 20) MiB"
        return isSupported ? text : text + ", too old: compute capability 7.5 or newer is needed"
    }

    /// Those that the driver shows.
    ///
    /// - Throws: ``SottoError`` that says why there is none, and what to do.
    public static func all(environment: [String: String]) throws(SottoError) -> [GraphicsProcessor]
    {
        do {
            return try CUDADevice.all(CUDAFiles(environment: environment).libraries()).map {
                GraphicsProcessor(
                    index: $0.index, name: $0.name, memory: $0.memory,
                    isSupported: $0.isSupported)
            }
        } catch {
            throw SottoError(error)
        }
    }
}
