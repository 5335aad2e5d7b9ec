import Audio
import Compute

/// The way of sequences from their sound to their first tokens, in parts, so that other work can be done
/// between two of them.
///
/// A part is a layer for all rows, or 8 s of sound in the stem: nothing is computed twice, and no bit
/// depends on how many parts are done at a time, or on which sequences go together. The largest takes
/// 0.15 s with the 1.7B model on two cores.
final class Prefill {
    private enum Part {
        case stem(member: Int, firstChunk: Int)
        case encoderLayer(Int)
        case embedding
        case decoderLayer(Int, block: Int)
        case choice
    }

    struct Member {
        let slot: Int
        let prompted: GenerationBatch.Prompted
        fileprivate let clip: AudioEncoder.Clip
        /// Where its rows begin, of sound and of tokens.
        fileprivate let firstAudioRow, firstRow: Int

        var tokenCount: Int { prompted.tokens.ids.count }
        fileprivate var audioRows: Range<Int> { firstAudioRow..<firstAudioRow + clip.tokenCount }
        /// Of the decoder.
        fileprivate var rows: Range<Int> { firstRow..<firstRow + tokenCount }
    }

    let members: [Member]
    private let network: SpeechNetwork
    private let cache: DecoderCache
    private let workspace: Workspace
    private let isMeasured: Bool
    private let probe: Probe?
    /// Output of the stem, one clip behind the other, of which the encoder's layers take the rows that the clips fill.
    private let stream: Tensor
    /// `[tokens, width]`, for the decoder's layers.
    private let rows: Tensor
    /// Rows that pass through the decoder's layers together.
    private let blocks: [Range<Int>]
    private var next = Part.stem(member: 0, firstChunk: 0)
    private var abandoned: Set<Int> = []

    /// - Parameters:
    ///   - prompts: with their slots; more than one only as ``GenerationBatch/mayPass(_:with:)`` says.
    ///   - workspace: nobody else uses it until the first tokens are there.
    init(
        _ prompts: [(slot: Int, prompted: GenerationBatch.Prompted)], network: SpeechNetwork,
        cache: DecoderCache, workspace: Workspace, isMeasured: Bool = false, probe: Probe?
    ) throws(ComputeError) {
        self.network = network
        self.cache = cache
        self.workspace = workspace
        self.isMeasured = isMeasured
        self.probe = probe
        var members: [Member] = []
        var (audioEnd, end, streamEnd) = (0, 0, 0)
        for (slot, prompted) in prompts {
            let clip = network.encoder.divide(prompted.mel, options: prompted.options)
            precondition(prompted.tokens.audioRange.count == clip.tokenCount)
            members.append(
                Member(
                    slot: slot, prompted: prompted, clip: clip, firstAudioRow: audioEnd,
                    firstRow: end))
            // The last second of a clip may have rows that the next clip's overwrite.
            streamEnd = audioEnd + clip.chunkCount * clip.chunkRows
            audioEnd += clip.tokenCount
            end += prompted.tokens.ids.count
        }
        self.members = members
        stream = try workspace.tensor(
            .stream, Shape(streamEnd, network.configuration.audio.width))
        rows = try workspace.tensor(.residual, Shape(end, network.configuration.text.width))
        blocks =
            members.count > 1
            ? [0..<end] : Self.blocks(of: end, limit: max(256, network.backend.promptRows))
    }

    /// Whether a sequence holds the slot, abandoned or not.
    func holds(_ slot: Int) -> Bool { members.contains { $0.slot == slot } }

    /// Leaves a sequence without a first token; the others go on.
    func abandon(_ slot: Int) { abandoned.insert(slot) }

    /// Whether somebody still waits for this sequence's token.
    func isAwaited(_ slot: Int) -> Bool { holds(slot) && !abandoned.contains(slot) }

    /// Whether all but the choice of the first tokens is asked for.
    var isAtChoice: Bool {
        if case .choice = next { true } else { false }
    }

    /// Does the next part.
    ///
    /// - Returns: the first token of each member, after the last part.
    func advance(times: inout StageTimes) throws(ComputeError) -> [TokenChoice]? {
        let clock = Stopwatch()
        switch next {
        case .stem(let index, let first):
            let (member, clip) = (members[index], members[index].clip)
            let range =
                member.firstAudioRow..<member.firstAudioRow + clip.chunkCount * clip.chunkRows
            let done = try network.encoder.convolve(
                clip, from: first, into: stream.rows(range), workspace: workspace, probe: probe)
            if done < clip.chunkCount {
                next = .stem(member: index, firstChunk: done)
            } else if index + 1 < members.count {
                next = .stem(member: index + 1, firstChunk: 0)
            } else {
                next = .encoderLayer(0)
            }
            times.convolution += try elapsed(clock)
        case .encoderLayer(let index):
            try network.encoder.advance(
                encoded, layer: index, windows: members.flatMap(\.clip.windows),
                workspace: workspace, probe: probe)
            let isLast = index + 1 == network.configuration.audio.layers
            next = isLast ? .embedding : .encoderLayer(index + 1)
            times.encoder += try elapsed(clock)
        case .embedding:
            let audio = try network.encoder.project(encoded, workspace: workspace, probe: probe)
            try network.decoder.embed(rows, ids: members.flatMap(\.prompted.tokens.ids))
            for member in members {
                let range = member.prompted.tokens.audioRange
                try network.backend.copy(
                    rows.rows(
                        member.firstRow + range.lowerBound..<member.firstRow + range.upperBound),
                    audio.rows(member.audioRows))
            }
            next = .decoderLayer(0, block: 0)
            times.encoder += try elapsed(clock)
        case .decoderLayer(let index, let block):
            try advanceDecoder(layer: index, block: block)
            times.prefill += try elapsed(clock)
        case .choice:
            let choices = try choose()
            times.prefill += try elapsed(clock)
            return choices
        }
        return nil
    }

    private func elapsed(_ clock: Stopwatch) throws(ComputeError) -> Duration {
        if isMeasured { try network.backend.finish() }
        return clock.elapsed
    }

    private var encoded: Tensor {
        stream.rows(0..<members.reduce(0) { $0 + $1.clip.tokenCount })
    }

    /// Block by block, because rows attend to the keys of those before them in the same layer only.
    private func advanceDecoder(layer index: Int, block: Int) throws(ComputeError) {
        let range = blocks[block]
        let runs = members.map { member in
            let rows = member.rows.clamped(to: range)
            return TokenRun(
                slot: member.slot, firstPosition: rows.lowerBound - member.firstRow,
                count: rows.count)
        }
        try network.decoder.advance(
            rows.rows(range), layers: index..<index + 1, runs: runs, cache: cache,
            workspace: workspace, probe: probe)
        if block + 1 < blocks.count {
            next = .decoderLayer(index, block: block + 1)
        } else if index + 1 < network.configuration.text.layers {
            next = .decoderLayer(index + 1, block: 0)
        } else {
            next = .choice
        }
    }

    private func choose() throws(ComputeError) -> [TokenChoice] {
        let (decoder, backend) = (network.decoder, network.backend)
        if let probe {
            let all = try decoder.logits(rows, workspace: workspace, probe: probe)
            probe("logits", try backend.download(all))
        }
        let last = try workspace.tensor(
            .last, Shape(members.count, network.configuration.text.width))
        for (index, member) in members.enumerated() {
            let row = member.rows.upperBound - 1
            try backend.copy(last.rows(index..<index + 1), rows.rows(row..<row + 1))
        }
        return try backend.argmax(decoder.logits(last, workspace: workspace))
    }

    /// Divides a prompt that is longer than a chunk of sound needs, into blocks of nearly one size.
    ///
    /// A block has as many rows as ``Backend/manyRows`` at least, so that its sums are taken in the
    /// order of a prompt.
    static func blocks(of count: Int, limit: Int) -> [Range<Int>] {
        let blockCount = (count + limit - 1) / limit
        return (0..<blockCount).map { index in
            index * count / blockCount..<(index + 1) * count / blockCount
        }
    }
}
