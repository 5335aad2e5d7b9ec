import Glibc

/// What the model asks of a device: memory, copies, and the operations of one forward pass.
///
/// Every requirement is mandatory: a device without a fast kernel runs a slow one. Calls take effect
/// in order, and ``download(_:)`` waits for those before it. Tensors may share memory only where a
/// call says so. Shapes are preconditions: a mismatch is a bug of ours, not of the user's world.
///
/// The result of a row does not depend on the other rows of a call, so a sequence gives the same
/// values alone and in a batch. `linear` may choose its order of summation by the row count, but
/// only above ``longestStep``, which no decode step exceeds.
package protocol Backend: Sendable {
    /// Name for logs and the health route: `reference`, `cpu`, `cuda:0`.
    var name: String { get }
    /// What matrices are kept as: `bf16`, `f16`, `int8`.
    var precision: String { get }
    /// The most rows that ``linear(_:_:_:bias:finish:)`` sums as it sums one.
    var longestStep: Int { get }

    /// Rows of several prompts that are worth passing through a layer together; 0 where each goes alone.
    var promptRows: Int { get }

    /// Allocates a row-major tensor, filled with zeros.
    func makeTensor(_ shape: Shape) throws(ComputeError) -> Tensor
    /// Copies in; `values.count` must equal `tensor.shape.count`.
    func upload(_ values: Span<Float>, to tensor: Tensor) throws(ComputeError)
    /// Copies out, in row-major order.
    func download(_ tensor: Tensor) throws(ComputeError) -> [Float]
    /// Takes weights as they lie in the checkpoint, stacked by rows; all must have the same number
    /// of columns (the product of all extents but the first) and the same element type. Vectors
    /// are joined into one.
    func prepare(_ parts: [StoredTensor]) throws(ComputeError) -> Weight
    /// Allocates a cache; memory is taken as positions are filled where the system allows it.
    func makeCache(_ layout: CacheLayout) throws(ComputeError) -> KeyValueCache

    /// Waits until all that was asked for is done: for measuring.
    func finish() throws(ComputeError)

    /// The same device, with matrices kept as exactly as it can.
    var mostExact: any Backend { get }
    /// Rows that a step of `count` sequences should have: with unused ones where a device records steps of a few sizes.
    func stepRows(_ count: Int) -> Int
    /// Whether calls return before their work is done: then a step is worth beginning before the tokens of the last are read.
    var worksAhead: Bool { get }

    /// A decode step: embeds a token of each sequence, does `work`, and chooses the next ones. Between calls with as many
    /// runs `work` asks for the same operations on the same tensors, so a device may record them once and replay them.
    ///
    /// - Parameters:
    ///   - ids: one for each run; `nil` for what the last step chose in the same slot, where the device ``worksAhead``.
    ///   - runs: where the rows stand, one row each, ``TokenRun/unused`` ones last.
    ///   - rows: takes the rows of `embedding`.
    ///   - logits: where `work` leaves them, one row for each run.
    func step(
        ids: [Int32?], runs: [TokenRun], cache: KeyValueCache, embedding: Weight, rows: Tensor,
        logits: Tensor, _ work: () throws(ComputeError) -> Void
    ) throws(ComputeError) -> PendingChoices

    /// `y[i] = x[i]`
    func copy(_ y: Tensor, _ x: Tensor) throws(ComputeError)
    /// `y[i, :] = weight[ids[i], :]`
    func embed(_ y: Tensor, _ weight: Weight, ids: [Int32]) throws(ComputeError)
    /// `y[i, :] += table[i mod table.rows, :]`
    func addRepeating(_ y: Tensor, _ table: Tensor) throws(ComputeError)

    /// `y[tokens, out] = finish(x[tokens, in] @ weight[out, in]^T + bias[out])`
    ///
    /// With ``Finish/accumulate`` the product is added to what `y` holds.
    func linear(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, bias: Weight?, finish: Finish
    ) throws(ComputeError)
    /// ``rmsNorm(_:_:gain:epsilon:)`` of the rows of `x` before ``linear(_:_:_:bias:finish:)``.
    ///
    /// - Parameter scratch: of the shape of `x`; undefined after the call.
    func normedLinear(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, gain: Weight, epsilon: Float, scratch: Tensor
    ) throws(ComputeError)
    /// The same, and then ``swiGLU(_:_:)``: `weight` has the rows of the gate and then as many others.
    ///
    /// - Parameter wide: of two columns for each of `y`, made only where it is needed; undefined after the call.
    func gatedLinear(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, gain: Weight, epsilon: Float, scratch: Tensor,
        wide: @autoclosure () throws(ComputeError) -> Tensor
    ) throws(ComputeError)
    /// 3x3 convolution, stride 2 and zero padding 1 along both image axes, then bias and GELU.
    ///
    /// `x` is `[images, time, mel, channels]`, `y` is `[images, ceil(time / 2), ceil(mel / 2), out]`,
    /// `weight` is `[out, 3 (time), 3 (mel), channels]`.
    func convolve(_ y: Tensor, _ x: Tensor, _ weight: Weight, bias: Weight) throws(ComputeError)

    /// `y = (x - mean) / sqrt(variance + epsilon) * gain + bias`, over each row.
    func layerNorm(
        _ y: Tensor, _ x: Tensor, gain: Weight, bias: Weight, epsilon: Float
    ) throws(ComputeError)
    /// `y = x / sqrt(mean(x^2) + epsilon) * gain`, over each row.
    func rmsNorm(_ y: Tensor, _ x: Tensor, gain: Weight, epsilon: Float) throws(ComputeError)
    /// `y[i, j] = silu(x[i, j]) * x[i, width + j]`, where `width` is `y.shape.columns`.
    func swiGLU(_ y: Tensor, _ x: Tensor) throws(ComputeError)

    /// Attention in both directions inside consecutive blocks of rows.
    ///
    /// `packed` is `[tokens, heads.packedWidth]`, `y` is `[tokens, heads.queryWidth]`; the scores are
    /// divided by `sqrt(headDim)`. `blocks` holds the row counts and adds up to `tokens`.
    func attention(
        _ y: Tensor, packed: Tensor, heads: HeadLayout, blocks: [Int]
    ) throws(ComputeError)
    /// Normalises (RMS, per head) and rotates queries and keys, stores keys and values, and lets each
    /// row attend to positions `0 ... its own` of its slot.
    ///
    /// `rotary` is `[positions, headDim]`: in row `p` first `cos(p theta_i)` for
    /// `i = 0 ..< headDim / 2`, then the sines. Value `i` is rotated with value `i + headDim / 2`.
    /// The runs follow each other in the rows of `packed`, which is undefined after the call.
    func causalAttention(
        _ y: Tensor, packed: Tensor, heads: HeadLayout, norms: HeadNorms, rotary: Tensor,
        runs: [TokenRun], cache: KeyValueCache, layer: Int
    ) throws(ComputeError)

    /// The largest value of each row, the lowest index where several are equal. The log-probability
    /// is not finite where a value of the row is not.
    func argmax(_ logits: Tensor) throws(ComputeError) -> [TokenChoice]
}

extension Backend {
    /// Rows from which ``linear(_:_:_:bias:finish:)`` may sum in another order.
    package static var manyRows: Int { 16 }
    package var longestStep: Int { Self.manyRows - 1 }

    package var precision: String { "bf16" }
    package var mostExact: any Backend { self }
    package func stepRows(_ count: Int) -> Int { count }
    package var worksAhead: Bool { false }
    package var promptRows: Int { 0 }

    package func finish() throws(ComputeError) {}

    package func step(
        ids: [Int32?], runs: [TokenRun], cache: KeyValueCache, embedding: Weight, rows: Tensor,
        logits: Tensor, _ work: () throws(ComputeError) -> Void
    ) throws(ComputeError) -> PendingChoices {
        precondition(!ids.contains(nil))
        try embed(rows, embedding, ids: ids.compactMap(\.self))
        try work()
        let choices = try argmax(logits)
        return PendingChoices { choices }
    }

    package func normedLinear(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, gain: Weight, epsilon: Float, scratch: Tensor
    ) throws(ComputeError) {
        try rmsNorm(scratch, x, gain: gain, epsilon: epsilon)
        try linear(y, scratch, weight, bias: nil, finish: .store)
    }

    package func gatedLinear(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, gain: Weight, epsilon: Float, scratch: Tensor,
        wide: @autoclosure () throws(ComputeError) -> Tensor
    ) throws(ComputeError) {
        let wide = try wide()
        try normedLinear(wide, x, weight, gain: gain, epsilon: epsilon, scratch: scratch)
        try swiGLU(y, wide)
    }
}

/// What ``Backend/linear(_:_:_:bias:finish:)`` does with a product before it stores it.
package enum Finish: Sendable {
    case store
    /// `0.5 v (1 + erf(v / sqrt 2))`, the exact form.
    case gelu
    /// Added to the tensor's old value.
    case accumulate
}

/// The RMS norms of each query head and each key head.
package struct HeadNorms {
    package let queryGain: Weight
    package let keyGain: Weight
    package let epsilon: Float

    package init(queryGain: Weight, keyGain: Weight, epsilon: Float) {
        self.queryGain = queryGain
        self.keyGain = keyGain
        self.epsilon = epsilon
    }
}

/// A token chosen from logits.
package struct TokenChoice: Hashable, Sendable {
    package let id: Int32
    /// Natural logarithm of the softmax probability, at most 0.
    package let logProbability: Float
    /// Its logit minus the largest other one: negative only where a larger one was refused.
    package let margin: Float

    package init(id: Int32, logProbability: Float, margin: Float) {
        self.id = id
        self.logProbability = logProbability
        self.margin = margin
    }
}

/// The tokens that a step chooses, one for each of its rows.
package struct PendingChoices {
    private let waitAndRead: () throws(ComputeError) -> [TokenChoice]

    package init(_ waitAndRead: @escaping () throws(ComputeError) -> [TokenChoice]) {
        self.waitAndRead = waitAndRead
    }

    /// Waits until they are there. Possible until the step after the next one is begun.
    package func read() throws(ComputeError) -> [TokenChoice] { try waitAndRead() }
}

extension TokenChoice {
    /// The most probable token but one.
    ///
    /// - Parameters:
    ///   - logits: of one step, at least two; the refused token has the largest.
    package init(from logits: [Float], refusing refused: Int32) {
        let top = Double(logits[Int(refused)])
        let others = logits.indices.lazy.filter { $0 != Int(refused) }
        let best = others.max { logits[$0] < logits[$1] } ?? 0
        let total = logits.reduce(0.0) { $0 + exp(Double($1) - top) }
        self.init(
            id: Int32(best), logProbability: Float(Double(logits[best]) - top - log(total)),
            margin: logits[best] - logits[Int(refused)])
    }
}
