package import Audio
package import Compute
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
    /// keep the wide activations (6 MB a second for the released models) in bounds.
    private static let chunksAtOnce = 8

    private let backend: any Backend
    private let configuration: ModelConfiguration.Audio
    private let stem: [(weight: Weight, bias: Weight)]
    private let flatten: Weight
    private let positions: Tensor
    private let layers: [Layer]
    private let finalNorm: Norm
    private let projector: [Linear]

    package init(_ checkpoint: Checkpoint, backend: any Backend) throws {
        let configuration = checkpoint.configuration.audio
        let loader = WeightLoader(checkpoint, backend: backend)
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
                weight: try backend.prepare([kernel]),
                bias: try loader.vector("\(name).bias", channels)
            )
        }
        // Stored with the columns [channel, mel]; the stem's rows are [mel, channel].
        let bins = configuration.melBins / 8
        flatten = try backend.prepare([
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

    /// Encodes one clip.
    ///
    /// - Parameters:
    ///   - mel: at least one frame.
    ///   - isWindowed: attention inside windows of 8 s, as trained; `false` attends over the whole
    ///     clip, as one published runtime does.
    /// - Returns: `[audioTokenCount(frames:), outputWidth]`, valid until the next call with `workspace`.
    package func encode(
        _ mel: LogMel, shortClips: ShortClips, isWindowed: Bool = true, workspace: Workspace,
        times: inout StageTimes, probe: Probe? = nil
    ) throws(ComputeError) -> Tensor {
        let count = Self.audioTokenCount(frames: mel.frameCount)
        let stemClock = Stopwatch()
        let x = try convolve(mel, shortClips: shortClips, workspace: workspace, probe: probe)
        times.convolution += stemClock.elapsed
        let layerClock = Stopwatch()
        let width = configuration.width
        let normed = try workspace.tensor(.normed, Shape(count, width))
        let packed = try workspace.tensor(.packed, Shape(count, 3 * width))
        let attended = try workspace.tensor(.attended, Shape(count, width))
        let wide = try workspace.tensor(.wide, Shape(count, configuration.feedForwardWidth))
        let blocks = isWindowed ? windows(of: count, frames: mel.frameCount) : [count]
        for (index, layer) in layers.enumerated() {
            try layer.attentionNorm.apply(normed, x, epsilon: Self.epsilon, backend)
            try layer.packed.apply(packed, normed, backend)
            try backend.attention(
                attended, packed: packed, heads: configuration.headLayout, blocks: blocks)
            try layer.output.apply(x, attended, finish: .accumulate, backend)
            try layer.feedForwardNorm.apply(normed, x, epsilon: Self.epsilon, backend)
            try layer.up.apply(wide, normed, finish: .gelu, backend)
            try layer.down.apply(x, wide, finish: .accumulate, backend)
            try probe?("enc_layer\(index)", backend.download(x))
        }
        try finalNorm.apply(normed, x, epsilon: Self.epsilon, backend)
        try probe?("ln_post", backend.download(normed))
        try projector[0].apply(attended, normed, finish: .gelu, backend)
        let result = try workspace.tensor(.hidden, Shape(count, configuration.outputWidth))
        try projector[1].apply(result, attended, backend)
        times.encoder += layerClock.elapsed
        return result
    }

    /// The stem: `[tokens, width]` with the position of each token in its second added.
    private func convolve(
        _ mel: LogMel, shortClips: ShortClips, workspace: Workspace, probe: Probe?
    ) throws(ComputeError) -> Tensor {
        let isNarrow = mel.frameCount < Self.chunkFrames && shortClips == .narrow
        let frames = isNarrow ? mel.frameCount : Self.chunkFrames
        let chunkCount = (mel.frameCount + frames - 1) / frames
        let (bins, channels, width) = (
            configuration.melBins, configuration.channels, configuration.width
        )
        let rows = Self.audioTokenCount(frames: frames)
        let stream = try workspace.tensor(.stream, Shape(chunkCount * rows, width))
        var probed: [[Float]] = [[], [], []]
        for first in stride(from: 0, to: chunkCount, by: Self.chunksAtOnce) {
            let count = min(Self.chunksAtOnce, chunkCount - first)
            var shape = (time: frames, bins: bins)
            var x = try workspace.tensor(.stem0, Shape(count, frames, bins, 1))
            let padded = mel.paddedFrames(from: first * frames, count: count * frames)
            try backend.upload(padded.span, to: x)
            for (index, layer) in stem.enumerated() {
                shape = ((shape.time + 1) / 2, (shape.bins + 1) / 2)
                let name: Workspace.Name = index % 2 == 0 ? .stem1 : .stem0
                let y = try workspace.tensor(name, Shape(count, shape.time, shape.bins, channels))
                try backend.convolve(y, x, layer.weight, bias: layer.bias)
                if probe != nil { probed[index] += try backend.download(y) }
                x = y
            }
            let slice = stream.rows(first * rows..<(first + count) * rows)
            try backend.linear(
                slice, x.reshaped(Shape(count * rows, shape.bins * channels)), flatten, bias: nil,
                finish: .store)
        }
        let kept = stream.rows(0..<Self.audioTokenCount(frames: mel.frameCount))
        for (index, values) in probed.enumerated() { probe?("conv\(index + 1)", values) }
        try probe?("conv_out", backend.download(kept))
        try backend.addRepeating(stream, positions.rows(0..<rows))
        return kept
    }

    /// Row counts of the attention windows.
    private func windows(of count: Int, frames: Int) -> [Int] {
        guard frames >= Self.chunkFrames else { return [count] }
        let window = Self.audioTokenCount(frames: configuration.windowFrames)
        return stride(from: 0, to: count, by: window).map { min(window, count - $0) }
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
