import CCUDA

extension CUDABackend {
    package func attention(
        _ y: Tensor, packed: Tensor, heads: HeadLayout, blocks: [Int]
    ) throws(ComputeError) {
        precondition(blocks.allSatisfy { $0 > 0 } && blocks.reduce(0, +) == packed.shape.rows)
        precondition(packed.shape.columns == heads.packedWidth)
        precondition(y.shape.rows == packed.shape.rows && y.shape.columns == heads.queryWidth)
        let operands = try session.scratch(.packed, 2 * packed.shape.count)
        try session.launch(
            "narrowValues", grid: gridOver(packed.shape.count), threads: 256, operands,
            packed.cuda, Int64(packed.shape.count))
        let tiles = tiles(of: blocks) { index, start, _ in
            (first: Int32(start), keys: Int32(blocks[index]))
        }
        try attend(
            y, operands, heads: heads, tiles: tiles, cache: cu_cache(), kernel: "attendBlocks")
    }

    package func causalAttention(
        _ y: Tensor, packed: Tensor, heads: HeadLayout, norms: HeadNorms, rotary: Tensor,
        runs: [TokenRun], cache: KeyValueCache, layer: Int
    ) throws(ComputeError) {
        guard let cache = cache as? CUDACache else {
            preconditionFailure("a cache of another device")
        }
        precondition(runs.reduce(0) { $0 + $1.count } == packed.shape.rows)
        precondition(packed.shape.columns == heads.packedWidth)
        precondition(rotary.shape.columns == heads.headDim)
        precondition(y.shape.rows == packed.shape.rows && y.shape.columns == heads.queryWidth)
        for run in runs where run != .unused {
            precondition(run.firstPosition + run.count <= cache.layout.capacity)
            try cache.reserve(slot: run.slot, positions: run.firstPosition + run.count)
        }
        let (slots, positions) = try places(of: runs)
        let (queryGain, keyGain) = (
            norms.queryGain.cudaVector(count: heads.headDim),
            norms.keyGain.cudaVector(count: heads.headDim)
        )
        let group = heads.queryHeads / heads.keyValueHeads
        let isStep = runs.allSatisfy { $0.count == 1 }
        if isStep, [64, 128].contains(heads.headDim), [1, 2, 4].contains(group) {
            let spans = CUDAStep.spans(of: runs)
            let blocks = runs.count * heads.keyValueHeads
            try session.launch(
                "attendStep\(heads.headDim)x\(group)", grid: (blocks, spans), threads: 128,
                y.cuda, packed.cuda, heads.cuda, queryGain, keyGain, norms.epsilon, rotary.cuda,
                slots, positions, cache.kernelValue(layer: layer),
                try session.scratch(.partial, 4 * blocks * spans * group * (heads.headDim + 2)),
                try session.scratch(.arrived, 4 * blocks))
            return
        }
        let queries = try session.scratch(.queries, 2 * y.shape.count)
        try session.launch(
            "rotateRows",
            grid: (packed.shape.rows, (heads.queryHeads + 2 * heads.keyValueHeads + 3) / 4),
            threads: 128, queries, packed.cuda, heads.cuda, queryGain, keyGain, norms.epsilon,
            rotary.cuda, slots, positions, cache.kernelValue(layer: layer))
        let tiles = tiles(of: runs.map(\.count)) { index, _, row in
            (first: Int32(runs[index].firstPosition + row), keys: Int32(runs[index].slot))
        }
        try attend(
            y, queries, heads: heads, tiles: tiles.filter { $0.keys >= 0 },
            cache: cache.kernelValue(layer: layer),
            kernel: "attendCausally")
    }

    /// Tables of the slot and the position of each row.
    private func places(
        of runs: [TokenRun]
    ) throws(ComputeError) -> (slots: cu_pointer, positions: cu_pointer) {
        if let step = session.currentStep, step.runs == runs { return (step.slots, step.positions) }
        let rows = runs.flatMap { run in
            (0..<run.count).map { (slot: Int32(run.slot), position: Int32(run.firstPosition + $0)) }
        }
        return (
            try session.upload(rows.map(\.slot), .slots),
            try session.upload(rows.map(\.position), .positions)
        )
    }

    /// Packed groups of so many rows, in tiles of up to 64.
    ///
    /// - Parameter place: what a tile attends to, from its group, the group's first row, and the tile's first row in it.
    private func tiles(
        of counts: [Int],
        place: (_ group: Int, _ start: Int, _ row: Int) -> (first: Int32, keys: Int32)
    ) -> [cu_tile] {
        let tileRows = 64
        var tiles: [cu_tile] = []
        var start = 0
        for (group, count) in counts.enumerated() {
            for row in stride(from: 0, to: count, by: tileRows) {
                let (first, keys) = place(group, start, row)
                tiles.append(
                    cu_tile(
                        row: Int32(start + row), count: Int32(min(tileRows, count - row)),
                        first: first, keys: keys))
            }
            start += count
        }
        return tiles
    }

    private func attend(
        _ y: Tensor, _ x: cu_pointer, heads: HeadLayout, tiles: [cu_tile], cache: cu_cache,
        kernel: String
    ) throws(ComputeError) {
        let table = try session.upload(
            tiles.flatMap { [$0.row, $0.count, $0.first, $0.keys] }, .tiles)
        let grid = (tiles.count, heads.queryHeads)
        if [64, 128].contains(heads.headDim) {
            try session.launch(
                "\(kernel)\(heads.headDim)", grid: grid, threads: 128,
                sharedByteCount: 2 * 64 * heads.headDim * 4, y.cuda, x, heads.cuda, table, cache)
        } else {
            try session.launch(
                "attendPlain", grid: grid, threads: 128, y.cuda, x, heads.cuda, table, cache,
                Int32(kernel == "attendCausally" ? 1 : 0))
        }
    }
}

extension HeadLayout {
    fileprivate var cuda: cu_heads {
        cu_heads(query: Int32(queryHeads), keyValue: Int32(keyValueHeads), headDim: Int32(headDim))
    }
}
