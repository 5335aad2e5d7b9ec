package import Compute
import Glibc

/// The language model: embeddings of a prompt to logits, with a key/value cache.
///
/// Source: the model's description of `thinker.model`. A causal decoder with grouped queries, RMS
/// norms of each query and key head, and split-half rotary positions; the three position streams of
/// its configuration are equal for sound and text, which makes them plain rotation.
package final class TextDecoder {
    private struct Layer {
        let attentionNorm: Weight
        let packed: Weight
        let headNorms: HeadNorms
        let output: Weight
        let feedForwardNorm: Weight
        let gateUp: Weight
        let down: Weight
    }

    package let configuration: ModelConfiguration.Text
    private let backend: any Backend
    let embedding: Weight
    private let layers: [Layer]
    private let finalNorm: Weight
    private let head: Weight

    init(_ loader: WeightLoader) throws {
        let (checkpoint, backend) = (loader.checkpoint, loader.backend)
        let configuration = checkpoint.configuration.text
        let names = checkpoint.configuration.layout
        let (width, heads) = (configuration.width, configuration.heads)
        self.configuration = configuration
        self.backend = backend
        embedding = try loader.matrix(
            names.decoder("embed_tokens.weight"), out: configuration.vocabularySize, in: width)
        layers = try (0..<configuration.layers).map { index in
            func name(_ part: String) -> String { names.decoder("layers.\(index).\(part).weight") }
            return Layer(
                attentionNorm: try loader.vector(name("input_layernorm"), width),
                packed: try loader.prepare([
                    checkpoint.tensor(name("self_attn.q_proj"), heads.queryWidth, width),
                    checkpoint.tensor(name("self_attn.k_proj"), heads.keyValueWidth, width),
                    checkpoint.tensor(name("self_attn.v_proj"), heads.keyValueWidth, width),
                ]),
                headNorms: HeadNorms(
                    queryGain: try loader.vector(name("self_attn.q_norm"), heads.headDim),
                    keyGain: try loader.vector(name("self_attn.k_norm"), heads.headDim),
                    epsilon: configuration.epsilon),
                output: try loader.matrix(
                    name("self_attn.o_proj"), out: width, in: heads.queryWidth),
                feedForwardNorm: try loader.vector(name("post_attention_layernorm"), width),
                gateUp: try loader.prepare(
                    ["gate_proj", "up_proj"].map {
                        try checkpoint.tensor(
                            name("mlp.\($0)"), configuration.feedForwardWidth, width)
                    }),
                down: try loader.matrix(
                    name("mlp.down_proj"), out: width, in: configuration.feedForwardWidth))
        }
        finalNorm = try loader.vector(names.decoder("norm.weight"), width)
        // The released files store the tied head a second time; the embedding serves for both.
        head =
            configuration.isTied
            ? embedding
            : try loader.matrix(names.head, out: configuration.vocabularySize, in: width)
    }

    /// A cache for `slots` sequences of up to `capacity` tokens each.
    package func makeCache(slots: Int, capacity: Int) throws(ComputeError) -> DecoderCache {
        let heads = configuration.heads
        let entries = try backend.makeCache(
            CacheLayout(
                layers: configuration.layers, slots: slots, capacity: capacity,
                keyValueHeads: heads.keyValueHeads, headDim: heads.headDim))
        let rotary = try backend.makeTensor(Shape(capacity, heads.headDim))
        let table = Self.rotaryTable(
            rows: capacity, headDim: heads.headDim, theta: configuration.rotaryTheta)
        try backend.upload(table.span, to: rotary)
        return DecoderCache(entries: entries, rotary: rotary)
    }

    /// `y[i] = embedding[ids[i]]`
    package func embed(_ y: Tensor, ids: [Int32]) throws(ComputeError) {
        try backend.embed(y, embedding, ids: ids)
    }

    /// Runs packed rows through consecutive layers.
    ///
    /// - Parameters:
    ///   - x: `[rows, width]`: embeddings, or what the layer before left; overwritten.
    ///   - layers: `nil` for all.
    ///   - runs: which slot and positions the rows belong to, in order.
    package func advance(
        _ x: Tensor, layers chosen: Range<Int>? = nil, runs: [TokenRun], cache: DecoderCache,
        workspace: Workspace, probe: Probe? = nil
    ) throws(ComputeError) {
        let (rows, heads) = (x.shape.rows, configuration.heads)
        let normed = try workspace.tensor(.normed, Shape(rows, configuration.width))
        let packed = try workspace.tensor(.packed, Shape(rows, heads.packedWidth))
        let attended = try workspace.tensor(.attended, Shape(rows, heads.queryWidth))
        let gated = try workspace.tensor(.gated, Shape(rows, configuration.feedForwardWidth))
        let epsilon = configuration.epsilon
        for index in chosen ?? layers.indices {
            let layer = layers[index]
            try backend.normedLinear(
                packed, x, layer.packed, gain: layer.attentionNorm, epsilon: epsilon,
                scratch: normed)
            try backend.causalAttention(
                attended, packed: packed, heads: heads, norms: layer.headNorms,
                rotary: cache.rotary, runs: runs, cache: cache.entries, layer: index)
            try backend.linear(x, attended, layer.output, bias: nil, finish: .accumulate)
            try backend.gatedLinear(
                gated, x, layer.gateUp, gain: layer.feedForwardNorm, epsilon: epsilon,
                scratch: normed,
                wide: try workspace.tensor(.wide, Shape(rows, 2 * configuration.feedForwardWidth)))
            try backend.linear(x, gated, layer.down, bias: nil, finish: .accumulate)
            try probe?("dec_layer\(index)", backend.download(x))
        }
    }

    /// The logits of rows that have passed all layers.
    ///
    /// - Returns: `[rows, vocabularySize]`, valid until the next call with `workspace`.
    package func logits(
        _ x: Tensor, workspace: Workspace, probe: Probe? = nil
    ) throws(ComputeError) -> Tensor {
        let normed = try workspace.tensor(.normed, Shape(x.shape.rows, configuration.width))
        if let probe {
            try backend.rmsNorm(normed, x, gain: finalNorm, epsilon: configuration.epsilon)
            probe("dec_norm", try backend.download(normed))
        }
        let logits = try logitsTensor(rows: x.shape.rows, workspace: workspace)
        try backend.normedLinear(
            logits, x, head, gain: finalNorm, epsilon: configuration.epsilon, scratch: normed)
        return logits
    }

    /// Bytes of weights that a decode step reads: all layers and the head.
    package func stepByteCount(isEightBit: Bool) -> Int {
        let matrices = layers.flatMap { [$0.packed, $0.output, $0.gateUp, $0.down] } + [head]
        return matrices.reduce(0) { $0 + $1.rows * $1.columns } * (isEightBit ? 1 : 2)
    }

    /// Where ``logits(_:workspace:probe:)`` of so many rows leaves them.
    func logitsTensor(rows: Int, workspace: Workspace) throws(ComputeError) -> Tensor {
        try workspace.tensor(.logits, Shape(rows, configuration.vocabularySize))
    }

    /// Row `p`: `cos(p theta^(-2i / headDim))` for `i = 0 ..< headDim / 2`, then the sines.
    private static func rotaryTable(rows: Int, headDim: Int, theta: Double) -> [Float] {
        let half = headDim / 2
        let frequencies = (0..<half).map { pow(theta, -2 * Double($0) / Double(headDim)) }
        return (0..<rows).flatMap { row in
            frequencies.map { Float(cos(Double(row) * $0)) }
                + frequencies.map { Float(sin(Double(row) * $0)) }
        }
    }
}

/// Keys and values of the sequences being decoded, and the rotation of each position.
package final class DecoderCache {
    package let entries: KeyValueCache
    let rotary: Tensor

    init(entries: KeyValueCache, rotary: Tensor) {
        self.entries = entries
        self.rotary = rotary
    }

    package var slots: Int { entries.layout.slots }
    package var capacity: Int { entries.layout.capacity }
}
