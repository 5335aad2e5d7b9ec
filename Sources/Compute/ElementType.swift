/// How one stored weight is encoded. Raw values are the names in a safetensors header.
package enum ElementType: String, Hashable, Sendable, CaseIterable {
    case bfloat16 = "BF16"
    case float16 = "F16"
    case float32 = "F32"

    package var byteCount: Int {
        switch self {
        case .bfloat16, .float16: 2
        case .float32: 4
        }
    }
}
