import CKernels

/// The operations on the processor's vector units, shared out among threads.
///
/// Weights stay where they lie in the mapped checkpoint (bf16 and f32; f16 is widened once);
/// activations and sums are `Float`. Source of the layouts: `ckernels.h`.
package struct CPUBackend: Backend {
    package let name = "cpu"
    package let pool: ThreadPool
    package let kernelSet: KernelSet

    private var kernels: ck_kernels { unsafe kernelSet.table.pointee }

    package init(
        threads: Int = ThreadPool.availableThreadCount, kernelSet: KernelSet = .best
    ) throws(ComputeError) {
        pool = try ThreadPool(threads: threads)
        self.kernelSet = kernelSet
    }

    package func makeTensor(_ shape: Shape) throws(ComputeError) -> Tensor {
        Tensor(memory: try HostMemory(count: shape.count), shape: shape)
    }

    package func upload(_ values: Span<Float>, to tensor: Tensor) {
        tensor.fill(values)
    }

    package func download(_ tensor: Tensor) -> [Float] {
        tensor.hostValues
    }

    package func prepare(_ parts: [StoredTensor]) throws(ComputeError) -> Weight {
        Weight(parts, storage: try CPUMatrix(parts))
    }

    package func makeCache(_ layout: CacheLayout) throws(ComputeError) -> KeyValueCache {
        try KeyValueCache(inHostMemory: layout)
    }

    package func copy(_ y: Tensor, _ x: Tensor) {
        // Pointers do not keep alive what they point into.
        defer { withExtendedLifetime((y, x)) {} }
        precondition(y.shape.count == x.shape.count)
        // Safety: both views hold `count` values; two views of one memory may overlap.
        unsafe y.host.update(from: x.host, count: x.shape.count)
    }

    package func embed(_ y: Tensor, _ weight: Weight, ids: [Int32]) {
        defer { withExtendedLifetime((y, weight)) {} }
        precondition(y.shape.rows == ids.count && y.shape.columns == weight.columns)
        precondition(ids.allSatisfy { $0 >= 0 && $0 < weight.rows })
        // Safety: every id is a row of the weight, and `y` has a row for every id.
        unsafe weight.withMatrix { unsafe kernels.embed(y.host, $0, ids, Int32(ids.count)) }
    }

    package func addRepeating(_ y: Tensor, _ table: Tensor) {
        defer { withExtendedLifetime((y, table)) {} }
        precondition(y.shape.columns == table.shape.columns && table.shape.rows > 0)
        // Safety: rows of equal width; the kernel takes the row number modulo the table's rows.
        unsafe kernels.addRepeating(
            pool.pool, y.host, table.host, y.rowCount, table.rowCount, y.columnCount)
    }

    package func linear(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, bias: Weight?, finish: Finish
    ) throws(ComputeError) {
        defer { withExtendedLifetime((y, x, weight, bias)) {} }
        precondition(x.shape.columns == weight.columns && y.shape.columns == weight.rows)
        precondition(x.shape.rows == y.shape.rows)
        let offsets = unsafe bias?.vector(count: weight.rows)
        // Safety: the shapes agree, which is all that the kernel asks for.
        let isDone = unsafe weight.withMatrix {
            unsafe kernels.linear(
                pool.pool, y.host, x.host, $0, offsets, finish.kernelValue, x.rowCount)
        }
        try check(isDone)
    }

    package func convolve(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, bias: Weight
    ) throws(ComputeError) {
        defer { withExtendedLifetime((y, x, weight, bias)) {} }
        let (from, to) = (x.shape.extents, y.shape.extents)
        precondition(from.count == 4 && weight.columns == 9 * from[3])
        precondition(to == [from[0], (from[1] + 1) / 2, (from[2] + 1) / 2, weight.rows])
        // Safety: `y` has the extents that a stride of 2 leaves of `x`.
        let isDone = unsafe weight.withMatrix {
            unsafe kernels.convolve(
                pool.pool, y.host, x.host, $0, bias.vector(count: weight.rows), Int32(from[0]),
                Int32(from[1]), Int32(from[2]), Int32(from[3]))
        }
        try check(isDone)
    }

    package func layerNorm(
        _ y: Tensor, _ x: Tensor, gain: Weight, bias: Weight, epsilon: Float
    ) {
        defer { withExtendedLifetime((y, x, gain, bias)) {} }
        precondition(y.shape.count == x.shape.count)
        let width = x.shape.columns
        // Safety: the same rows on both sides, and a gain and a bias of their width.
        unsafe kernels.layerNorm(
            pool.pool, y.host, x.host, gain.vector(count: width), bias.vector(count: width),
            epsilon, x.rowCount, x.columnCount)
    }

    package func rmsNorm(_ y: Tensor, _ x: Tensor, gain: Weight, epsilon: Float) {
        defer { withExtendedLifetime((y, x, gain)) {} }
        precondition(y.shape.count == x.shape.count)
        // Safety: as for `layerNorm`.
        unsafe kernels.rmsNorm(
            pool.pool, y.host, x.host, gain.vector(count: x.shape.columns), epsilon, x.rowCount,
            x.columnCount)
    }

    package func swiGLU(_ y: Tensor, _ x: Tensor) {
        defer { withExtendedLifetime((y, x)) {} }
        precondition(x.shape.columns == 2 * y.shape.columns && x.shape.rows == y.shape.rows)
        // Safety: a row of `x` is twice as wide as a row of `y`.
        unsafe kernels.swiGLU(pool.pool, y.host, x.host, y.rowCount, y.columnCount)
    }

    package func attention(
        _ y: Tensor, packed: Tensor, heads: HeadLayout, blocks: [Int]
    ) throws(ComputeError) {
        defer { withExtendedLifetime((y, packed)) {} }
        precondition(blocks.allSatisfy { $0 > 0 } && blocks.reduce(0, +) == packed.shape.rows)
        precondition(packed.shape.columns == heads.packedWidth)
        precondition(y.shape.rows == packed.shape.rows && y.shape.columns == heads.queryWidth)
        // Safety: the blocks add up to the rows that both tensors have.
        try check(
            unsafe kernels.attention(
                pool.pool, y.host, packed.host, heads.kernelValue, blocks.map(Int32.init),
                Int32(blocks.count)))
    }

    package func causalAttention(
        _ y: Tensor, packed: Tensor, heads: HeadLayout, norms: HeadNorms, rotary: Tensor,
        runs: [TokenRun], cache: KeyValueCache, layer: Int
    ) throws(ComputeError) {
        defer { withExtendedLifetime((y, packed, norms, rotary, cache)) {} }
        check(runs, packed: packed, heads: heads, cache: cache)
        precondition(rotary.shape.rows >= cache.layout.capacity)
        precondition(rotary.shape.columns == heads.headDim)
        precondition(y.shape.rows == packed.shape.rows && y.shape.columns == heads.queryWidth)
        let places = runs.map(\.kernelValue)
        // Safety: `check` has held every run against the rows and the cache.
        unsafe kernels.rotateAndStore(
            pool.pool, packed.host, cache.kernelValue(layer: layer),
            norms.queryGain.vector(count: heads.headDim),
            norms.keyGain.vector(count: heads.headDim), norms.epsilon, rotary.host,
            heads.kernelValue, places, Int32(runs.count))
        try check(
            unsafe kernels.causalAttention(
                pool.pool, y.host, packed.host, cache.kernelValue(layer: layer), heads.kernelValue,
                places, Int32(runs.count)))
    }

    package func argmax(_ logits: Tensor) -> [TokenChoice] {
        defer { withExtendedLifetime(logits) {} }
        var choices = [ck_choice](repeating: ck_choice(), count: logits.shape.rows)
        // Safety: one choice for each row of the logits.
        unsafe kernels.argmax(
            pool.pool, &choices, logits.host, logits.rowCount, logits.columnCount)
        return choices.map {
            TokenChoice(id: $0.id, logProbability: $0.logProbability, margin: $0.margin)
        }
    }

    /// The kernels return false only where the system refuses them scratch memory.
    private func check(_ isDone: Bool) throws(ComputeError) {
        guard isDone else { throw .outOfMemory(byteCount: 64 << 20) }
    }

    private func check(
        _ runs: [TokenRun], packed: Tensor, heads: HeadLayout, cache: KeyValueCache
    ) {
        let layout = cache.layout
        precondition(runs.reduce(0) { $0 + $1.count } == packed.shape.rows)
        precondition(packed.shape.columns == heads.packedWidth)
        precondition(layout.keyValueHeads == heads.keyValueHeads)
        precondition(layout.headDim == heads.headDim)
        precondition(
            runs.allSatisfy { run in
                run.count > 0 && run.firstPosition >= 0 && (0..<layout.slots).contains(run.slot)
                    && run.firstPosition + run.count <= layout.capacity
            })
    }
}

extension Tensor {
    fileprivate var rowCount: Int32 { Int32(shape.rows) }
    fileprivate var columnCount: Int32 { Int32(shape.columns) }
}

extension Finish {
    fileprivate var kernelValue: ck_finish {
        switch self {
        case .store: CK_STORE
        case .gelu: CK_GELU
        case .accumulate: CK_ACCUMULATE
        }
    }
}

extension HeadLayout {
    fileprivate var kernelValue: ck_heads {
        ck_heads(
            queryHeads: Int32(queryHeads), keyValueHeads: Int32(keyValueHeads),
            headDim: Int32(headDim))
    }
}

extension TokenRun {
    fileprivate var kernelValue: ck_run {
        ck_run(slot: Int32(slot), firstPosition: Int32(firstPosition), count: Int32(count))
    }
}

extension KeyValueCache {
    fileprivate func kernelValue(layer: Int) -> ck_cache {
        precondition((0..<layout.layers).contains(layer))
        let offset = layout.offset(layer: layer, slot: 0, head: 0)
        // Safety: the layer's block lies inside both tensors, which `init` has sized.
        return unsafe ck_cache(
            keys: keys.host + offset, values: values.host + offset,
            slotStride: layout.slotStride, headStride: layout.capacity * layout.headDim)
    }
}
