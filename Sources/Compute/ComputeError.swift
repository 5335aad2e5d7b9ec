/// Why a device could not do what was asked.
package enum ComputeError: Error, Hashable, CustomStringConvertible {
    /// The system refused memory.
    case outOfMemory(byteCount: Int)
    /// The GPU has less memory left than was asked for; a count of 0: than the driver needs for itself.
    case gpuOutOfMemory(byteCount: Int, available: Int)
    /// There is no GPU that could be used; `reason` says why and what to do.
    case gpuUnavailable(reason: String)
    /// The kernels could not be compiled for this GPU.
    case gpuKernels(reason: String)
    /// The GPU failed at work: what was computed with it is lost.
    case gpuFailed(operation: String, reason: String)

    /// A stable name for API clients; it never changes once released.
    package var code: String {
        switch self {
        case .outOfMemory: "compute_out_of_memory"
        case .gpuOutOfMemory: "gpu_out_of_memory"
        case .gpuUnavailable: "gpu_unavailable"
        case .gpuKernels: "gpu_kernels_failed"
        case .gpuFailed: "gpu_failed"
        }
    }

    package var description: String {
        switch self {
        case .outOfMemory(let byteCount):
            "There is not enough memory: \(byteCount >> 20) MiB were asked for. "
                + "Close other programs or use a smaller model."
        case .gpuOutOfMemory(0, _):
            "The GPU has not enough memory. Close other programs that use it, take a smaller model, or "
                + "--device cpu."
        case .gpuOutOfMemory(let byteCount, let available):
            "The GPU has not enough memory: \(byteCount >> 20) MiB were asked for and "
                + "\(available >> 20) MiB are free. Close other programs that use it, take a smaller "
                + "model, or --device cpu."
        case .gpuUnavailable(let reason):
            "The GPU cannot be used: \(reason)"
        case .gpuKernels(let reason):
            "The GPU cannot be used: its kernels do not compile. \(reason) "
                + "Use --device cpu, and report this."
        case .gpuFailed(let operation, let reason):
            "The GPU failed (\(operation)): \(reason). Start again, or use --device cpu."
        }
    }
}
