#if canImport(Glibc)
    import Glibc
#endif

/// The operations as the equations say them, one value after the other: the oracle for the others.
///
/// Sums are taken in `Double`, so that a faster backend can be held against it at any size.
package struct ReferenceBackend: Backend {
    package let name = "reference"

    package init() {}

    package func makeTensor(_ shape: Shape) throws(ComputeError) -> Tensor {
        Tensor(memory: try HostMemory(count: shape.count), shape: shape)
    }

    package func upload(_ values: Span<Float>, to tensor: Tensor) {
        tensor.fill(values)
    }

    package func download(_ tensor: Tensor) -> [Float] {
        tensor.hostValues
    }

    package func prepare(_ parts: [StoredTensor]) -> Weight {
        Weight(parts, storage: ReferenceStorage(parts))
    }

    package func makeCache(_ layout: CacheLayout) throws(ComputeError) -> KeyValueCache {
        try KeyValueCache(inHostMemory: layout)
    }

    package func copy(_ y: Tensor, _ x: Tensor) {
        y.fill(x.hostValues.span)
    }

    package func embed(_ y: Tensor, _ weight: Weight, ids: [Int32]) {
        let table = weight.referenceValues
        precondition(y.shape.rows == ids.count && y.shape.columns == weight.columns)
        let rows = ids.flatMap { id in
            table[Int(id) * weight.columns..<(Int(id) + 1) * weight.columns]
        }
        y.fill(rows.span)
    }

    package func addRepeating(_ y: Tensor, _ table: Tensor) {
        precondition(y.shape.columns == table.shape.columns)
        var values = y.hostValues
        let addend = table.hostValues
        for index in values.indices { values[index] += addend[index % addend.count] }
        y.fill(values.span)
    }

    package func linear(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, bias: Weight?, finish: Finish
    ) {
        let (tokens, inputs, outputs) = (x.shape.rows, weight.columns, weight.rows)
        precondition(x.shape.columns == inputs && y.shape.columns == outputs)
        precondition(y.shape.rows == tokens && (bias.map { $0.columns == outputs } ?? true))
        let (xs, ws) = (x.hostValues, weight.referenceValues)
        let offsets = bias?.referenceValues ?? [Float](repeating: 0, count: outputs)
        var values = y.hostValues
        for token in 0..<tokens {
            for output in 0..<outputs {
                var sum = Double(offsets[output])
                for input in 0..<inputs {
                    sum += Double(xs[token * inputs + input]) * Double(ws[output * inputs + input])
                }
                let index = token * outputs + output
                values[index] = finished(Float(sum), old: values[index], finish)
            }
        }
        y.fill(values.span)
    }

    package func convolve(_ y: Tensor, _ x: Tensor, _ weight: Weight, bias: Weight) {
        let (images, time, mel, channels) = x.shape.image
        let (_, outTime, outMel, outputs) = y.shape.image
        precondition(outTime == (time + 1) / 2 && outMel == (mel + 1) / 2)
        precondition(y.shape.image.0 == images && weight.rows == outputs)
        precondition(weight.columns == 9 * channels && bias.columns == outputs)
        let (xs, ws, offsets) = (x.hostValues, weight.referenceValues, bias.referenceValues)
        var values = [Float](repeating: 0, count: y.shape.count)
        for image in 0..<images {
            for row in 0..<outTime {
                for column in 0..<outMel {
                    for output in 0..<outputs {
                        var sum = Double(offsets[output])
                        for tap in 0..<9 {
                            let (t, m) = (2 * row - 1 + tap / 3, 2 * column - 1 + tap % 3)
                            guard t >= 0, t < time, m >= 0, m < mel else { continue }
                            let from = ((image * time + t) * mel + m) * channels
                            let at = (output * 9 + tap) * channels
                            for channel in 0..<channels {
                                sum += Double(xs[from + channel]) * Double(ws[at + channel])
                            }
                        }
                        let index = ((image * outTime + row) * outMel + column) * outputs + output
                        values[index] = finished(Float(sum), old: 0, .gelu)
                    }
                }
            }
        }
        y.fill(values.span)
    }

    package func layerNorm(
        _ y: Tensor, _ x: Tensor, gain: Weight, bias: Weight, epsilon: Float
    ) {
        let (gains, offsets) = (gain.referenceValues, bias.referenceValues)
        y.fill(
            x.mapRows { row in
                let mean = row.reduce(0.0) { $0 + Double($1) } / Double(row.count)
                let variance =
                    row.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
                    / Double(row.count)
                let scale = 1 / (variance + Double(epsilon)).squareRoot()
                return zip(row, zip(gains, offsets)).map { value, weights in
                    Float((Double(value) - mean) * scale) * weights.0 + weights.1
                }
            }.span)
    }

    package func rmsNorm(_ y: Tensor, _ x: Tensor, gain: Weight, epsilon: Float) {
        let gains = gain.referenceValues
        y.fill(x.mapRows { rmsNormalised($0[...], gains, epsilon) }.span)
    }

    package func swiGLU(_ y: Tensor, _ x: Tensor) {
        let width = y.shape.columns
        precondition(x.shape.columns == 2 * width)
        y.fill(
            x.mapRows { row in
                (0..<width).map { column in
                    let gate = Double(row[column])
                    return Float(gate / (1 + exp(-gate)) * Double(row[width + column]))
                }
            }.span)
    }

    package func argmax(_ logits: Tensor) -> [TokenChoice] {
        let width = logits.shape.columns
        let values = logits.hostValues
        return (0..<logits.shape.rows).map { row in
            let scores = values[row * width..<(row + 1) * width]
            var (best, second) = (scores.startIndex, -Float.infinity)
            for index in scores.indices.dropFirst() {
                if scores[index] > scores[best] {
                    (best, second) = (index, scores[best])
                } else {
                    second = max(second, scores[index])
                }
            }
            let top = Double(scores[best])
            let total = scores.reduce(0.0) { $0 + exp(Double($1) - top) }
            return TokenChoice(
                id: Int32(best - row * width), logProbability: Float(-log(total)),
                margin: scores[best] - second)
        }
    }

    private func finished(_ value: Float, old: Float, _ finish: Finish) -> Float {
        switch finish {
        case .store: value
        case .gelu: Float(0.5 * Double(value) * (1 + erf(Double(value) / 2.0.squareRoot())))
        case .accumulate: old + value
        }
    }
}

/// `row / sqrt(mean(row^2) + epsilon) * gains`
func rmsNormalised(_ row: ArraySlice<Float>, _ gains: [Float], _ epsilon: Float) -> [Float] {
    precondition(row.count == gains.count)
    let meanSquare = row.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(row.count)
    let scale = 1 / (meanSquare + Double(epsilon)).squareRoot()
    return zip(row, gains).map { Float(Double($0) * scale) * $1 }
}

/// Stacked values, widened.
private final class ReferenceStorage {
    let values: [Float]

    init(_ parts: [StoredTensor]) {
        values = parts.flatMap { $0.floats() }
    }
}

extension Weight {
    /// The values of a weight of this backend.
    var referenceValues: [Float] {
        guard let storage = storage as? ReferenceStorage else {
            preconditionFailure("a weight of another device")
        }
        return storage.values
    }
}

extension Shape {
    /// The extents of `[images, time, mel, channels]`.
    fileprivate var image: (Int, Int, Int, Int) {
        precondition(extents.count == 4)
        return (extents[0], extents[1], extents[2], extents[3])
    }
}

extension Tensor {
    /// Applies `transform` to each row and joins the results.
    fileprivate func mapRows(_ transform: ([Float]) -> [Float]) -> [Float] {
        let (values, width) = (hostValues, shape.columns)
        return (0..<shape.rows).flatMap { row in
            transform(Array(values[row * width..<(row + 1) * width]))
        }
    }
}
