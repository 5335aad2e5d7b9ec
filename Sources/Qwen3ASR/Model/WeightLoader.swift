import Compute

/// A linear layer or a convolution: weight and, where it has one, bias.
struct Linear {
    let weight: Weight
    let bias: Weight?

    func apply(
        _ y: Tensor, _ x: Tensor, finish: Finish = .store, _ backend: any Backend
    ) throws(ComputeError) {
        try backend.linear(y, x, weight, bias: bias, finish: finish)
    }
}

/// A LayerNorm.
struct Norm {
    let gain: Weight
    let bias: Weight

    func apply(
        _ y: Tensor, _ x: Tensor, epsilon: Float, _ backend: any Backend
    ) throws(ComputeError) {
        try backend.layerNorm(y, x, gain: gain, bias: bias, epsilon: epsilon)
    }
}

/// Takes tensors of a checkpoint to a backend.
struct WeightLoader {
    let checkpoint: Checkpoint
    let backend: any Backend
    private let progress: LoadProgress?

    init(_ checkpoint: Checkpoint, backend: any Backend, progress: LoadProgress? = nil) {
        self.checkpoint = checkpoint
        self.backend = backend
        self.progress = progress
    }

    /// Tensors with the same columns, as one.
    func prepare(_ parts: [StoredTensor]) throws(ComputeError) -> Weight {
        let weight = try backend.prepare(parts)
        progress?.add(parts)
        return weight
    }

    /// `[count]`
    func vector(_ name: String, _ count: Int) throws -> Weight {
        try prepare([checkpoint.tensor(name, count)])
    }

    /// `[out, in]`
    func matrix(_ name: String, out: Int, in columns: Int) throws -> Weight {
        try prepare([checkpoint.tensor(name, out, columns)])
    }

    /// `NAME.weight` and `NAME.bias`.
    func linear(_ name: String, out: Int, in columns: Int) throws -> Linear {
        try stacked([name], out: out, in: columns)
    }

    /// Layers of the same input, `out` rows each, as one.
    func stacked(_ names: [String], out: Int, in columns: Int) throws -> Linear {
        Linear(
            weight: try prepare(
                names.map { try checkpoint.tensor("\($0).weight", out, columns) }),
            bias: try prepare(names.map { try checkpoint.tensor("\($0).bias", out) }))
    }

    /// `NAME.weight` and `NAME.bias` of a LayerNorm.
    func norm(_ name: String, _ width: Int) throws -> Norm {
        Norm(
            gain: try vector("\(name).weight", width), bias: try vector("\(name).bias", width))
    }
}
