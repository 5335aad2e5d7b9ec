import Audio
import Compute
import Glibc

/// The audio tower: log-mel frames to audio embeddings, 13 per second.
///
/// Source: the model's description of `thinker.audio_tower`. Each second of frames goes alone
/// through three convolutions; attention then stays inside windows of 8 seconds.
package final class AudioEncoder {
    /// Which of two published behaviours a clip of less than one second gets.
    package enum ShortClips: Hashable, Sendable {
        /// The stem sees the clip's own frames only, as the official package runs it alone.
        case narrow
        /// The stem sees a full second, filled up with zero frames.
        case wide
    }

    private struct Layer {
        let attentionNorm: Norm
        let packed: Linear
        let output: Linear
        let feedForwardNorm: Norm
        let up: Linear
        let down: Linear
    }

    /// Frames that the stem takes at once.
    static let chunkFrames = 100
    /// LayerNorm's epsilon; not part of any configuration file.
    private static let epsilon: Float = 1e-5
    /// Seconds that pass through the stem together: enough to share among threads, few enough to
    /// keep the wide activations (6 MB a second for the released models) and the time in bounds.
    private static let chunksAtOnce = 8

    private let backend: any Backend
    private let configuration: ModelConfiguration.Audio
    private let stem: [(weight: Weight, bias: Weight)]
    private let flatten: Weight
    private let positions: Tensor
    private let layers: [Layer]
    private let finalNorm: Norm
    private let projector: [Linear]

    init(_ loader: WeightLoader) throws {
        let (checkpoint, backend) = (loader.checkpoint, loader.backend)
        let configuration = checkpoint.configuration.audio
        let names = checkpoint.configuration.layout
        let (width, channels) = (configuration.width, configuration.channels)
        self.backend = backend
        self.configuration = configuration
        stem = try (1...3).map { number in
            let name = names.audioTower("conv2d\(number)")
            let inputs = number == 1 ? 1 : channels
            // Stored [out, in, mel, time]; the image here is [time, mel, in].
            let kernel = try checkpoint.tensor("\(name).weight", channels, inputs, 3, 3)
                .permuted([0, 3, 2, 1])
            return (
                weight: try loader.prepare([kernel]),
                bias: try loader.vector("\(name).bias", channels)
            )
        }
        // Stored with the columns [channel, mel]; the stem's rows are [mel, channel].
        let bins = configuration.melBins / 8
        flatten = try loader.prepare([
            checkpoint.tensor(names.audioTower("conv_out.weight"), width, bins * channels)
                .reshaped([width, channels, bins]).permuted([0, 2, 1])
        ])
        positions = try backend.makeTensor(
            Shape(Self.audioTokenCount(frames: Self.chunkFrames), width))
        try backend.upload(
            Self.positionTable(rows: positions.shape.rows, width: width).span, to: positions)
        layers = try (0..<configuration.layers).map { index in
            func name(_ part: String) -> String { names.audioTower("layers.\(index).\(part)") }
            return Layer(
                attentionNorm: try loader.norm(name("self_attn_layer_norm"), width),
                packed: try loader.stacked(
                    ["q_proj", "k_proj", "v_proj"].map { name("self_attn.\($0)") },
                    out: width, in: width),
                output: try loader.linear(name("self_attn.out_proj"), out: width, in: width),
                feedForwardNorm: try loader.norm(name("final_layer_norm"), width),
                up: try loader.linear(
                    name("fc1"), out: configuration.feedForwardWidth, in: width),
                down: try loader.linear(
                    name("fc2"), out: width, in: configuration.feedForwardWidth))
        }
        finalNorm = try loader.norm(names.audioTower("ln_post"), width)
        projector = [
            try loader.linear(names.projector(1), out: width, in: width),
            try loader.linear(names.projector(2), out: configuration.outputWidth, in: width),
        ]
    }

    /// How many audio embeddings a clip of `frames` log-mel frames gives.
    package static func audioTokenCount(frames: Int) -> Int {
        let tail = frames % chunkFrames
        return 13 * (frames / chunkFrames) + (tail + 7) / 8
    }

    /// A clip, and how the encoder divides it.
    struct Clip {
        let mel: LogMel
        /// Frames of one convolution chunk: a second, or all of a clip that is shorter and narrow.
        let chunkFrames: Int
        /// Row counts of the attention windows.
        let windows: [Int]

        var chunkCount: Int { (mel.frameCount + chunkFrames - 1) / chunkFrames }
        /// Audio embeddings that the clip gives.
        var tokenCount: Int { windows.reduce(0, +) }
        /// Rows of a whole chunk.
        var chunkRows: Int { AudioEncoder.audioTokenCount(frames: chunkFrames) }
    }

    /// - Parameter mel: at least one frame.
    func divide(_ mel: LogMel, options: EncodingOptions) -> Clip {
        let isShort = mel.frameCount < Self.chunkFrames
        let isNarrow = isShort && options.shortClips == .narrow
        let count = Self.audioTokenCount(frames: mel.frameCount)
        let window =
            isShort || !options.isWindowed
            ? count : Self.audioTokenCount(frames: configuration.windowFrames)
        return Clip(
            mel: mel, chunkFrames: isNarrow ? mel.frameCount : Self.chunkFrames,
            windows: stride(from: 0, to: count, by: window).map { min(window, count - $0) })
    }

    /// The stem, for the chunks from `first` on, with the position of each token in its second added.
    ///
    /// - Parameter stream: `[chunkCount * chunkRows, width]`; the rows of these chunks are written.
    /// - Returns: the chunk to go on with; ``Clip/chunkCount`` after the last.
    func convolve(
        _ clip: Clip, from first: Int, into stream: Tensor, workspace: Workspace,
        probe: Probe? = nil
    ) throws(ComputeError) -> Int {
        let count = min(Self.chunksAtOnce, clip.chunkCount - first)
        let (frames, rows) = (clip.chunkFrames, clip.chunkRows)
        var shape = (time: frames, bins: configuration.melBins)
        var x = try workspace.tensor(.stem0, Shape(count, frames, shape.bins, 1))
        let padded = clip.mel.paddedFrames(from: first * frames, count: count * frames)
        try backend.upload(padded.span, to: x)
        for (index, layer) in stem.enumerated() {
            shape = ((shape.time + 1) / 2, (shape.bins + 1) / 2)
            let name: Workspace.Name = index % 2 == 0 ? .stem1 : .stem0
            let y = try workspace.tensor(
                name, Shape(count, shape.time, shape.bins, configuration.channels))
            try backend.convolve(y, x, layer.weight, bias: layer.bias)
            try probe?("conv\(index + 1)", backend.download(y))
            x = y
        }
        let part = stream.rows(first * rows..<(first + count) * rows)
        try backend.linear(
            part, x.reshaped(Shape(count * rows, shape.bins * configuration.channels)), flatten,
            bias: nil, finish: .store)
        if let probe {
            let kept = first * rows..<min((first + count) * rows, clip.tokenCount)
            probe("conv_out", try backend.download(stream.rows(kept)))
        }
        try backend.addRepeating(part, positions.rows(0..<rows))
        return first + count
    }

    /// Runs a clip through one layer.
    ///
    /// - Parameters:
    ///   - x: `[tokenCount, width]`: what the stem or the layer before left; overwritten.
    ///   - windows: row counts of the attention windows.
    func advance(
        _ x: Tensor, layer index: Int, windows: [Int], workspace: Workspace, probe: Probe? = nil
    ) throws(ComputeError) {
        let (count, width, layer) = (x.shape.rows, configuration.width, layers[index])
        let normed = try workspace.tensor(.normed, Shape(count, width))
        let packed = try workspace.tensor(.packed, Shape(count, 3 * width))
        let attended = try workspace.tensor(.attended, Shape(count, width))
        let wide = try workspace.tensor(.wide, Shape(count, configuration.feedForwardWidth))
        try layer.attentionNorm.apply(normed, x, epsilon: Self.epsilon, backend)
        try layer.packed.apply(packed, normed, backend)
        try backend.attention(
            attended, packed: packed, heads: configuration.headLayout, blocks: windows)
        try layer.output.apply(x, attended, finish: .accumulate, backend)
        try layer.feedForwardNorm.apply(normed, x, epsilon: Self.epsilon, backend)
        try layer.up.apply(wide, normed, finish: .gelu, backend)
        try layer.down.apply(x, wide, finish: .accumulate, backend)
        try probe?("enc_layer\(index)", backend.download(x))
    }

    /// The audio embeddings of a clip that has passed all layers.
    ///
    /// - Returns: `[tokenCount, outputWidth]`, valid until the next call with `workspace`.
    func project(
        _ x: Tensor, workspace: Workspace, probe: Probe? = nil
    ) throws(ComputeError) -> Tensor {
        let normed = try workspace.tensor(.normed, x.shape)
        try finalNorm.apply(normed, x, epsilon: Self.epsilon, backend)
        try probe?("ln_post", backend.download(normed))
        let hidden = try workspace.tensor(.attended, x.shape)
        try projector[0].apply(hidden, normed, finish: .gelu, backend)
        let result = try workspace.tensor(
            .hidden, Shape(x.shape.rows, configuration.outputWidth))
        try projector[1].apply(result, hidden, backend)
        try probe?("audio_embeds", backend.download(result))
        return result
    }

    /// Row `p`: `sin(p a_k)` for `k = 0 ..< width / 2`, then the cosines;
    /// `a_k = exp(-ln(10000) k / (width / 2 - 1))`.
    private static func positionTable(rows: Int, width: Int) -> [Float] {
        let half = width / 2
        return (0..<rows).flatMap { row in
            let angles = (0..<half).map { index in
                Double(row) * exp(-log(10000.0) * Double(index) / Double(half - 1))
            }
            return angles.map { Float(sin($0)) } + angles.map { Float(cos($0)) }
        }
    }
}

/// How sound is encoded. The defaults are what users get.
package struct EncodingOptions: Hashable, Sendable {
    package var shortClips: AudioEncoder.ShortClips
    /// Attention inside windows of 8 s, as trained; `false` attends over the whole clip, as one
    /// published runtime does.
    package var isWindowed: Bool

    package init(shortClips: AudioEncoder.ShortClips = .wide, isWindowed: Bool = true) {
        self.shortClips = shortClips
        self.isWindowed = isWindowed
    }
}
