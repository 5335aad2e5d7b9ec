import Audio
import Compute

/// The way of one sequence from its sound to its first token, in parts, so that other work can be done
/// between two of them.
///
/// A part is a layer for all rows, or 8 s of sound in the stem: nothing is computed twice, and no bit
/// depends on how many parts are done at a time. The largest takes 0.15 s with the 1.7B model on two
/// cores.
final class Prefill {
    private enum Part {
        case stem(firstChunk: Int)
        case encoderLayer(Int)
        case embedding
        case decoderLayer(Int, block: Int)
        case choice
    }

    let slot: Int
    private let network: SpeechNetwork
    private let prompt: PromptTokens
    private let clip: AudioEncoder.Clip
    private let cache: DecoderCache
    private let workspace: Workspace
    private let isMeasured: Bool
    private let probe: Probe?
    /// Output of the stem, of which the encoder's layers take the rows that the clip fills.
    private let stream: Tensor
    /// `[tokens, width]`, for the decoder's layers.
    private let rows: Tensor
    /// Positions that pass through the decoder's layers together.
    private let blocks: [Range<Int>]
    private var next = Part.stem(firstChunk: 0)

    /// - Parameter workspace: nobody else uses it until the first token is there.
    init(
        _ prompted: GenerationBatch.Prompted, options: EncodingOptions, slot: Int,
        network: SpeechNetwork, cache: DecoderCache, workspace: Workspace, isMeasured: Bool = false,
        probe: Probe?
    ) throws(ComputeError) {
        self.slot = slot
        self.network = network
        self.cache = cache
        self.workspace = workspace
        self.isMeasured = isMeasured
        self.probe = probe
        prompt = prompted.tokens
        clip = network.encoder.divide(prompted.mel, options: options)
        precondition(prompt.audioRange.count == clip.tokenCount)
        stream = try workspace.tensor(
            .stream,
            Shape(clip.chunkCount * clip.chunkRows, network.configuration.audio.width))
        rows = try workspace.tensor(
            .residual, Shape(prompt.ids.count, network.configuration.text.width))
        blocks = Self.blocks(of: prompt.ids.count)
    }

    var tokenCount: Int { prompt.ids.count }

    /// Does the next part.
    ///
    /// - Returns: the first token, after the last part.
    func advance(times: inout StageTimes) throws(ComputeError) -> TokenChoice? {
        let clock = Stopwatch()
        switch next {
        case .stem(let first):
            let done = try network.encoder.convolve(
                clip, from: first, into: stream, workspace: workspace, probe: probe)
            next = done < clip.chunkCount ? .stem(firstChunk: done) : .encoderLayer(0)
            times.convolution += try elapsed(clock)
        case .encoderLayer(let index):
            try network.encoder.advance(
                encoded, layer: index, windows: clip.windows, workspace: workspace, probe: probe)
            let isLast = index + 1 == network.configuration.audio.layers
            next = isLast ? .embedding : .encoderLayer(index + 1)
            times.encoder += try elapsed(clock)
        case .embedding:
            let audio = try network.encoder.project(encoded, workspace: workspace, probe: probe)
            try network.decoder.embed(rows, ids: prompt.ids)
            try network.backend.copy(rows.rows(prompt.audioRange), audio)
            next = .decoderLayer(0, block: 0)
            times.encoder += try elapsed(clock)
        case .decoderLayer(let index, let block):
            try advanceDecoder(layer: index, block: block)
            times.prefill += try elapsed(clock)
        case .choice:
            let choice = try choose()
            times.prefill += try elapsed(clock)
            return choice
        }
        return nil
    }

    private func elapsed(_ clock: Stopwatch) throws(ComputeError) -> Duration {
        if isMeasured { try network.backend.finish() }
        return clock.elapsed
    }

    private var encoded: Tensor { stream.rows(0..<clip.tokenCount) }

    /// Block by block, because rows attend to the keys of those before them in the same layer only.
    private func advanceDecoder(layer index: Int, block: Int) throws(ComputeError) {
        let range = blocks[block]
        let run = TokenRun(slot: slot, firstPosition: range.lowerBound, count: range.count)
        try network.decoder.advance(
            rows.rows(range), layers: index..<index + 1, runs: [run], cache: cache,
            workspace: workspace, probe: probe)
        if block + 1 < blocks.count {
            next = .decoderLayer(index, block: block + 1)
        } else if index + 1 < network.configuration.text.layers {
            next = .decoderLayer(index + 1, block: 0)
        } else {
            next = .choice
        }
    }

    private func choose() throws(ComputeError) -> TokenChoice {
        if let probe {
            let all = try network.decoder.logits(rows, workspace: workspace, probe: probe)
            probe("logits", try network.backend.download(all))
        }
        let last = rows.rows(tokenCount - 1..<tokenCount)
        let logits = try network.decoder.logits(last, workspace: workspace)
        return try network.backend.argmax(logits)[0]
    }

    /// Divides a prompt that is longer than a chunk of sound needs, into blocks of nearly one size.
    ///
    /// A block has as many rows as ``Backend/manyRows`` at least, so that its sums are taken in the
    /// order of a prompt.
    static func blocks(of count: Int, limit: Int = 256) -> [Range<Int>] {
        let blockCount = (count + limit - 1) / limit
        return (0..<blockCount).map { index in
            index * count / blockCount..<(index + 1) * count / blockCount
        }
    }
}
