import Compute

extension ModelConfiguration {
    /// The sizes of a released model, `0.6B` or `1.7B`, for random weights of the same cost.
    package static func released(_ name: String) -> ModelConfiguration? {
        switch name {
        case "0.6B":
            make(
                encoder: (width: 896, layers: 18, heads: 14, feedForward: 3584),
                decoder: (width: 1024, feedForward: 3072))
        case "1.7B":
            make(
                encoder: (width: 1024, layers: 24, heads: 16, feedForward: 4096),
                decoder: (width: 2048, feedForward: 6144))
        default: nil
        }
    }

    private static func make(
        encoder: (width: Int, layers: Int, heads: Int, feedForward: Int),
        decoder: (width: Int, feedForward: Int)
    ) -> ModelConfiguration {
        ModelConfiguration(
            audio: Audio(
                melBins: 128, width: encoder.width, layers: encoder.layers, heads: encoder.heads,
                feedForwardWidth: encoder.feedForward, channels: 480, outputWidth: decoder.width,
                windowFrames: 800),
            text: Text(
                vocabularySize: 151_936, width: decoder.width,
                feedForwardWidth: decoder.feedForward, layers: 28,
                heads: HeadLayout(queryHeads: 16, keyValueHeads: 8, headDim: 128), epsilon: 1e-6,
                rotaryTheta: 1_000_000, isTied: true, longestPosition: 65_536),
            layout: .official, audioTokenID: 151_676, endTokenIDs: [151_643, 151_645],
            languages: [])
    }
}

/// Makes bf16 weights of any shape in memory: seeded, with the spread that keeps activations in
/// range. They cost what real weights cost and mean nothing.
final class RandomWeights {
    /// One block of values per spread; a tensor is that block over and over.
    private var blocks: [Float: [Float]] = [:]
    private static let blockLength = 1 << 20

    func tensor(_ name: String, _ extents: [Int]) throws(ComputeError) -> StoredTensor {
        let count = extents.reduce(1, *)
        // A norm's gain is 1; everything else is scaled by its inputs.
        if extents.count == 1 && name.hasSuffix(".weight") {
            return try StoredTensor(
                name: name, extents: extents, elementType: .bfloat16,
                values: [Float](repeating: 1, count: count))
        }
        let inputs = extents.count == 1 ? extents[0] : extents.dropFirst().reduce(1, *)
        let block = block(spread: 1 / Float(inputs).squareRoot())
        return try StoredTensor(
            name: name, extents: extents, elementType: .bfloat16, repeating: block)
    }

    private func block(spread: Float) -> [Float] {
        if let made = blocks[spread] { return made }
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        let made = (0..<Self.blockLength).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // Uniform in -1.73 ... 1.73: variance 1.
            return (Float(state >> 40) / Float(1 << 24) - 0.5) * 3.4641016 * spread
        }
        blocks[spread] = made
        return made
    }
}
