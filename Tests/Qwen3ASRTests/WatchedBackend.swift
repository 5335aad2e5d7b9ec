import Compute
import Synchronization

/// The CPU backend, with a note of what passes through the decoder's layers and when.
struct WatchedBackend: Backend {
    enum Pass: Hashable {
        /// Rows of a prompt in one layer.
        case prefill(slot: Int, positions: Range<Int>, layer: Int)
        /// One token of each of these slots.
        case step(slots: [Int])
        /// The tokens of a step, where the backend works ahead.
        case read
    }

    /// What happened so far, in order.
    final class Log: Sendable {
        private let passes = Mutex<[Pass]>([])
        func append(_ pass: Pass) { passes.withLock { $0.append(pass) } }
        var all: [Pass] { passes.withLock { $0 } }
    }

    let log = Log()
    let name = "watched"
    private let inner: CPUBackend
    private let willPass: @Sendable (Pass) -> Void
    let worksAhead: Bool
    let promptRows: Int
    /// What was chosen last, by slot.
    private let lastIDs = LastIDs()

    private final class LastIDs: Sendable {
        let bySlot = Mutex<[Int: Int32]>([:])
    }

    /// - Parameters:
    ///   - worksAhead, promptRows: as a GPU has them.
    ///   - willPass: called before each pass, on the thread that does the work.
    init(
        worksAhead: Bool = false, promptRows: Int = 0,
        willPass: @escaping @Sendable (Pass) -> Void = { _ in }
    ) throws {
        inner = try CPUBackend(threads: 2)
        self.worksAhead = worksAhead
        self.promptRows = promptRows
        self.willPass = willPass
    }

    func step(
        ids: [Int32?], runs: [TokenRun], cache: KeyValueCache, embedding: Weight, rows: Tensor,
        logits: Tensor, _ work: () throws(ComputeError) -> Void
    ) throws(ComputeError) -> PendingChoices {
        let known = lastIDs.bySlot.withLock { last in
            zip(ids, runs).map { $0 ?? last[$1.slot] ?? 0 }
        }
        embed(rows, embedding, ids: known)
        try work()
        let choices = argmax(logits)
        lastIDs.bySlot.withLock { last in
            for (run, choice) in zip(runs, choices) { last[run.slot] = choice.id }
        }
        return PendingChoices {
            if worksAhead { note(.read) }
            return choices
        }
    }

    func causalAttention(
        _ y: Tensor, packed: Tensor, heads: HeadLayout, norms: HeadNorms, rotary: Tensor,
        runs: [TokenRun], cache: KeyValueCache, layer: Int
    ) throws(ComputeError) {
        for run in runs where run.count > 1 {
            let positions = run.firstPosition..<run.firstPosition + run.count
            note(.prefill(slot: run.slot, positions: positions, layer: layer))
        }
        if runs[0].count == 1, layer == 0 {
            note(.step(slots: runs.map(\.slot)))
        }
        try inner.causalAttention(
            y, packed: packed, heads: heads, norms: norms, rotary: rotary, runs: runs,
            cache: cache, layer: layer)
    }

    private func note(_ pass: Pass) {
        willPass(pass)
        log.append(pass)
    }

    func makeTensor(_ shape: Shape) throws(ComputeError) -> Tensor { try inner.makeTensor(shape) }
    func upload(_ values: Span<Float>, to tensor: Tensor) { inner.upload(values, to: tensor) }
    func download(_ tensor: Tensor) -> [Float] { inner.download(tensor) }
    func prepare(_ parts: [StoredTensor]) throws(ComputeError) -> Weight {
        try inner.prepare(parts)
    }
    func makeCache(_ layout: CacheLayout) throws(ComputeError) -> KeyValueCache {
        try inner.makeCache(layout)
    }
    func copy(_ y: Tensor, _ x: Tensor) { inner.copy(y, x) }
    func embed(_ y: Tensor, _ weight: Weight, ids: [Int32]) { inner.embed(y, weight, ids: ids) }
    func addRepeating(_ y: Tensor, _ table: Tensor) { inner.addRepeating(y, table) }
    func linear(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, bias: Weight?, finish: Finish
    ) throws(ComputeError) {
        try inner.linear(y, x, weight, bias: bias, finish: finish)
    }
    func convolve(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, bias: Weight
    ) throws(ComputeError) {
        try inner.convolve(y, x, weight, bias: bias)
    }
    func layerNorm(_ y: Tensor, _ x: Tensor, gain: Weight, bias: Weight, epsilon: Float) {
        inner.layerNorm(y, x, gain: gain, bias: bias, epsilon: epsilon)
    }
    func rmsNorm(_ y: Tensor, _ x: Tensor, gain: Weight, epsilon: Float) {
        inner.rmsNorm(y, x, gain: gain, epsilon: epsilon)
    }
    func swiGLU(_ y: Tensor, _ x: Tensor) { inner.swiGLU(y, x) }
    func attention(
        _ y: Tensor, packed: Tensor, heads: HeadLayout, blocks: [Int]
    ) throws(ComputeError) {
        try inner.attention(y, packed: packed, heads: heads, blocks: blocks)
    }
    func argmax(_ logits: Tensor) -> [TokenChoice] { inner.argmax(logits) }
}
