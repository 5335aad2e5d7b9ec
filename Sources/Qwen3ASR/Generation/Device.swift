import Compute

/// Where a model runs.
package enum Device: Hashable, Sendable {
    /// The processor: so many threads (`nil`: as many as this process may use), with the kernels of
    /// one instruction set (`nil`: the fastest).
    case cpu(threads: Int?, kernels: String?)

    func makeBackend() throws(ComputeError) -> any Backend {
        switch self {
        case .cpu(let threads, let kernels):
            try CPUBackend(
                threads: threads ?? ThreadPool.availableThreadCount,
                kernelSet: .best(named: kernels))
        }
    }
}
