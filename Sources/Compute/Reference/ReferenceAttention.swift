#if canImport(Glibc)
    import Glibc
#endif

extension ReferenceBackend {
    package func attention(
        _ y: Tensor, packed: Tensor, heads: HeadLayout, blocks: [Int]
    ) {
        precondition(blocks.reduce(0, +) == packed.shape.rows)
        precondition(packed.shape.columns == heads.packedWidth)
        let (values, width, headDim) = (packed.hostValues, heads.packedWidth, heads.headDim)
        var result = [Float](repeating: 0, count: y.shape.count)
        var first = 0
        for block in blocks {
            for row in first..<first + block {
                for head in 0..<heads.queryHeads {
                    let shared = head / (heads.queryHeads / heads.keyValueHeads)
                    let keyColumn = heads.queryWidth + shared * headDim
                    attend(
                        query: values[
                            row * width + head * headDim..<row * width + (head + 1) * headDim],
                        keys: (first..<first + block).map { $0 * width + keyColumn }, in: values,
                        values: (first..<first + block).map {
                            $0 * width + keyColumn + heads.keyValueWidth
                        }, in: values,
                        to: &result, at: row * heads.queryWidth + head * headDim)
                }
            }
            first += block
        }
        y.fill(result.span)
    }

    package func causalAttention(
        _ y: Tensor, packed: Tensor, heads: HeadLayout, norms: HeadNorms, rotary: Tensor,
        runs: [TokenRun], cache: KeyValueCache, layer: Int
    ) {
        rotateAndStore(
            packed, heads: heads, norms: norms, rotary: rotary, runs: runs, cache: cache,
            layer: layer)
        attendCausally(
            y, packed: packed, heads: heads, runs: runs, cache: cache, layer: layer)
    }

    private func rotateAndStore(
        _ packed: Tensor, heads: HeadLayout, norms: HeadNorms, rotary: Tensor, runs: [TokenRun],
        cache: KeyValueCache, layer: Int
    ) {
        var values = packed.hostValues
        let angles = rotary.hostValues
        let (headDim, width) = (heads.headDim, heads.packedWidth)
        var (keys, stored) = (cache.keys.hostValues, cache.values.hostValues)
        for (row, place) in places(of: runs).enumerated() {
            for head in 0..<heads.queryHeads + heads.keyValueHeads {
                let gain = head < heads.queryHeads ? norms.queryGain : norms.keyGain
                let range = row * width + head * headDim..<row * width + (head + 1) * headDim
                let normal = rmsNormalised(values[range], gain.referenceValues, norms.epsilon)
                let turn = angles[place.position * headDim..<(place.position + 1) * headDim]
                values.replaceSubrange(range, with: rotated(normal, by: Array(turn)))
            }
            for head in 0..<heads.keyValueHeads {
                let at =
                    cache.layout.offset(layer: layer, slot: place.slot, head: head)
                    + place.position * headDim
                let key = row * width + heads.queryWidth + head * headDim
                for index in 0..<headDim {
                    keys[at + index] = values[key + index]
                    stored[at + index] = values[key + heads.keyValueWidth + index]
                }
            }
        }
        packed.fill(values.span)
        cache.keys.fill(keys.span)
        cache.values.fill(stored.span)
    }

    private func attendCausally(
        _ y: Tensor, packed: Tensor, heads: HeadLayout, runs: [TokenRun], cache: KeyValueCache,
        layer: Int
    ) {
        let (queries, headDim) = (packed.hostValues, heads.headDim)
        let (keys, values) = (cache.keys.hostValues, cache.values.hostValues)
        var result = [Float](repeating: 0, count: y.shape.count)
        for (row, place) in places(of: runs).enumerated() {
            for head in 0..<heads.queryHeads {
                let shared = head / (heads.queryHeads / heads.keyValueHeads)
                let base = cache.layout.offset(layer: layer, slot: place.slot, head: shared)
                let from = row * heads.packedWidth + head * headDim
                let seen = (0...place.position).map { base + $0 * headDim }
                attend(
                    query: queries[from..<from + headDim], keys: seen, in: keys, values: seen,
                    in: values, to: &result, at: row * heads.queryWidth + head * headDim)
            }
        }
        y.fill(result.span)
    }

    /// `softmax(query keys^T / sqrt(headDim)) values`, for one query.
    private func attend(
        query: ArraySlice<Float>, keys: [Int], in keyStore: [Float], values: [Int],
        in valueStore: [Float], to result: inout [Float], at offset: Int
    ) {
        let headDim = query.count
        let scale = 1 / Double(headDim).squareRoot()
        let scores = keys.map { key in
            var sum = 0.0
            for index in 0..<headDim {
                sum += Double(query[query.startIndex + index]) * Double(keyStore[key + index])
            }
            return sum * scale
        }
        let top = scores.max() ?? 0
        let weights = scores.map { exp($0 - top) }
        let total = weights.reduce(0, +)
        for index in 0..<headDim {
            var sum = 0.0
            for (weight, value) in zip(weights, values) {
                sum += weight * Double(valueStore[value + index])
            }
            result[offset + index] = Float(sum / total)
        }
    }

    /// Split-half rotation: value `i` with value `i + count / 2`.
    private func rotated(_ row: [Float], by angles: [Float]) -> [Float] {
        let half = row.count / 2
        return (0..<row.count).map { index in
            let pair = index % half
            let (cosine, sine) = (angles[pair], angles[half + pair])
            return index < half
                ? row[pair] * cosine - row[pair + half] * sine
                : row[pair + half] * cosine + row[pair] * sine
        }
    }

    /// The slot and position of each packed row.
    private func places(of runs: [TokenRun]) -> [(slot: Int, position: Int)] {
        runs.flatMap { run in (0..<run.count).map { (run.slot, run.firstPosition + $0) } }
    }
}
