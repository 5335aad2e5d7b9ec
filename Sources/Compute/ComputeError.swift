/// Why a device could not do what was asked.
package enum ComputeError: Error, Hashable, CustomStringConvertible {
    /// The system refused memory.
    case outOfMemory(byteCount: Int)

    /// A stable name for API clients; it never changes once released.
    package var code: String {
        switch self {
        case .outOfMemory: "compute_out_of_memory"
        }
    }

    package var description: String {
        switch self {
        case .outOfMemory(let byteCount):
            "There is not enough memory: \(byteCount >> 20) MiB were asked for. "
                + "Close other programs or use a smaller model."
        }
    }
}
