/// Why a weight file was refused. Messages name the file and what to do; `path` is as the user gave it.
package enum WeightFileError: Error, Hashable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    /// The file ends before what its header promises.
    case truncated(path: String, byteCount: Int, neededByteCount: Int)
    /// The header is not what the format allows.
    case malformedHeader(path: String, reason: String)
    case unsupportedElementType(path: String, tensor: String, found: String)

    /// A stable name for API clients; it never changes once released.
    package var code: String {
        switch self {
        case .unreadable: "weights_unreadable"
        case .truncated: "weights_truncated"
        case .malformedHeader: "weights_malformed_header"
        case .unsupportedElementType: "weights_unsupported_type"
        }
    }

    package var description: String {
        switch self {
        case .unreadable(let path, let reason):
            "'\(path)' cannot be read: \(reason). Check the path and its permissions."
        case .truncated(let path, let found, let needed):
            "'\(path)' has \(found) bytes and needs \(needed): it is incomplete. Download it again."
        case .malformedHeader(let path, let reason):
            "'\(path)' is not a valid safetensors file: \(reason). Download it again."
        case .unsupportedElementType(let path, let tensor, let found):
            "Tensor '\(tensor)' in '\(path)' is stored as \(found). "
                + "BF16, F16 and F32 are supported: use the released checkpoint."
        }
    }
}
