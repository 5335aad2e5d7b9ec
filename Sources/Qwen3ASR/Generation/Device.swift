import Compute

/// Where a model runs.
package enum Device: Hashable, Sendable {
    /// The processor: so many threads (`nil`: as many as this process may use), with the kernels of
    /// one instruction set (`nil`: the fastest).
    case cpu(threads: Int?, kernels: String?)

    /// - Throws: ``GenerationError/unknownKernels(name:known:)`` or ``ComputeError``.
    func makeBackend() throws -> any Backend {
        switch self {
        case .cpu(let threads, let kernels):
            var kernelSet = KernelSet.best
            if let kernels {
                guard let named = KernelSet.named(kernels) else {
                    throw GenerationError.unknownKernels(
                        name: kernels, known: KernelSet.all.map(\.description))
                }
                kernelSet = named
            }
            return try CPUBackend(
                threads: threads ?? ThreadPool.availableThreadCount, kernelSet: kernelSet)
        }
    }
}
