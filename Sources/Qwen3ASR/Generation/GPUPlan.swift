import Compute

/// How a model is laid out in a GPU's memory, decided before it is loaded.
struct GPUPlan: Hashable, CustomStringConvertible {
    /// The decoder's matrices as bytes, because float16 would leave too little room. The encoder's stay: a token reads none
    /// of them.
    let isEightBit: Bool
    /// Sequences at once.
    let slots: Int
    /// Bytes for their keys and values.
    let cacheByteCount: Int
    private let weightByteCount: Int

    /// What the operations take for themselves: activations of a prompt, and weights on their way.
    static let workByteCount = 640 << 20
    /// Tokens of a piece of 30 s with its answer, as a rule.
    static let tokensPerSlot = 768
    /// The most tokens that a decode step takes at once.
    static let slotLimit = 128

    /// - Parameters:
    ///   - availableByteCount: of the GPU, with its context made and nothing loaded.
    ///   - valueCount: of all weights.
    ///   - encoderValueCount: of those that are never bytes.
    ///   - bytesPerToken: of keys and values in all layers.
    ///   - isEightBit: as somebody has chosen.
    /// - Throws: ``ComputeError/gpuOutOfMemory(byteCount:available:)`` where there is no room for two sequences.
    init(
        availableByteCount: Int, valueCount: Int, encoderValueCount: Int, bytesPerToken: Int,
        isEightBit chosen: Bool? = nil
    ) throws(ComputeError) {
        let perSlot = Self.tokensPerSlot * bytesPerToken
        func room(_ weights: Int) -> Int { availableByteCount - Self.workByteCount - weights }
        isEightBit = chosen ?? (room(2 * valueCount) < 4 * perSlot)
        weightByteCount = isEightBit ? valueCount + encoderValueCount : 2 * valueCount
        cacheByteCount = room(weightByteCount)
        guard cacheByteCount >= 2 * perSlot else {
            throw .gpuOutOfMemory(
                byteCount: weightByteCount + Self.workByteCount + 2 * perSlot,
                available: availableByteCount)
        }
        slots = min(Self.slotLimit, cacheByteCount / perSlot)
    }

    /// Rows of prompts that pass together: where memory is scarce, those of one.
    var promptRows: Int { slots < 16 ? 512 : 2048 }

    var description: String {
        let gibibytes = (Double(weightByteCount) / Double(1 << 30) * 100).rounded() / 100
        return
            "\(isEightBit ? 8 : 16)-bit weights (\(gibibytes) GiB), up to \(slots) pieces at once"
    }
}
