/// An operation on fresh inputs, whose result on one backend is held against another's.
///
/// The tests look at odd sizes; these are the sizes of the 1.7B model, to be run on the device itself, and small ones for
/// every start.
package struct BackendCheck: Sendable {
    package let name: String
    /// Largest error allowed, as a ratio of Euclidean norms.
    package let limit: Double
    /// The same for matrices of 8 bits.
    package let eightBitLimit: Double
    private let run: @Sendable (inout Inputs) throws(ComputeError) -> Tensor

    /// `|found - expected| / |expected|` of the operation's results; infinite where a value is no number.
    package func error(
        of backend: any Backend, against expected: any Backend
    ) throws(ComputeError) -> Double {
        func values(_ backend: any Backend) throws(ComputeError) -> [Float] {
            var inputs = Inputs(backend: backend)
            return try backend.download(run(&inputs))
        }
        let (found, right) = (try values(backend), try values(expected))
        guard found.count == right.count else { return .infinity }
        var (difference, size) = (0.0, 0.0)
        for (one, other) in zip(found, right) {
            difference += (Double(one) - Double(other)) * (Double(one) - Double(other))
            size += Double(other) * Double(other)
        }
        let error = (difference / max(size, 1e-300)).squareRoot()
        return error.isFinite ? error : .infinity
    }

    /// Small ones that every kernel of a model takes part in: some milliseconds.
    static let quick: [BackendCheck] =
        [3, 45, 150].flatMap { rows in
            [
                BackendCheck(name: "product, \(rows) rows", 1e-3, 3e-2) {
                    inputs throws(ComputeError) in
                    let (y, x) = (try inputs.tensor(rows, 200), try inputs.tensor(rows, 192))
                    try inputs.backend.linear(
                        y, x, inputs.weight([200, 192]), bias: nil, finish: .accumulate)
                    return y
                },
                BackendCheck(name: "gate, \(rows) rows", 2e-3, 4e-2) {
                    inputs throws(ComputeError) in
                    let (y, x) = (try inputs.output(rows, 70), try inputs.tensor(rows, 128))
                    try inputs.backend.gatedLinear(
                        y, x, inputs.weight([140, 128]), gain: inputs.weight([128]), epsilon: 1e-6,
                        scratch: inputs.output(rows, 128), wide: inputs.output(rows, 140))
                    return y
                },
            ]
        } + [
            BackendCheck(name: "convolution", 1e-3, 1e-3) { inputs throws(ComputeError) in
                let x = try inputs.tensor(5 * 8, 16).reshaped(Shape(1, 5, 8, 16))
                let y = try inputs.output(3 * 4, 24).reshaped(Shape(1, 3, 4, 24))
                try inputs.backend.convolve(
                    y, x, inputs.weight([24, 3, 3, 16]), bias: inputs.weight([24]))
                return y
            },
            BackendCheck(name: "attention in blocks", 1e-3, 1e-3) { inputs throws(ComputeError) in
                let heads = HeadLayout(queryHeads: 2, keyValueHeads: 2, headDim: 64)
                let (y, x) = (try inputs.output(80, 128), try inputs.tensor(80, 384))
                try inputs.backend.attention(y, packed: x, heads: heads, blocks: [70, 10])
                return y
            },
            causal(
                "attention of a prompt", [TokenRun(slot: 1, firstPosition: 70, count: 20)], small),
            causal(
                "attention of a step",
                [
                    TokenRun(slot: 0, firstPosition: 0, count: 1),
                    TokenRun(slot: 1, firstPosition: 70, count: 1),
                ], small),
        ]

    /// All at the released sizes.
    package static let all: [BackendCheck] =
        [1, 3, 8, 13, 32, 45, 128, 405, 810].flatMap { rows in
            [
                BackendCheck(name: "queries, keys and values, \(rows) rows", 5e-4, 2e-2) {
                    inputs throws(ComputeError) in
                    let (y, x) = (try inputs.output(rows, 4096), try inputs.tensor(rows, 2048))
                    try inputs.backend.normedLinear(
                        y, x, inputs.weight([4096, 2048]), gain: inputs.weight([2048]),
                        epsilon: 1e-6, scratch: inputs.output(rows, 2048))
                    return y
                },
                BackendCheck(name: "gate, \(rows) rows", 1e-3, 3e-2) {
                    inputs throws(ComputeError) in
                    let (y, x) = (try inputs.output(rows, 6144), try inputs.tensor(rows, 2048))
                    try inputs.backend.gatedLinear(
                        y, x, inputs.weight([12288, 2048]), gain: inputs.weight([2048]),
                        epsilon: 1e-6, scratch: inputs.output(rows, 2048),
                        wide: inputs.output(rows, 12288))
                    return y
                },
                BackendCheck(name: "down, \(rows) rows", 5e-4, 2e-2) {
                    inputs throws(ComputeError) in
                    let (y, x) = (try inputs.tensor(rows, 2048), try inputs.tensor(rows, 6144))
                    try inputs.backend.linear(
                        y, x, inputs.weight([2048, 6144]), bias: nil, finish: .accumulate)
                    return y
                },
            ]
        } + [
            BackendCheck(name: "convolution, 2 s", 5e-4, 5e-4) { inputs throws(ComputeError) in
                let x = try inputs.tensor(2 * 50 * 64, 480).reshaped(Shape(2, 50, 64, 480))
                let y = try inputs.output(2 * 25 * 32, 480).reshaped(Shape(2, 25, 32, 480))
                try inputs.backend.convolve(
                    y, x, inputs.weight([480, 3, 3, 480]), bias: inputs.weight([480]))
                return y
            },
            BackendCheck(name: "attention of the encoder, 390 rows", 1e-3, 1e-3) {
                inputs throws(ComputeError) in
                let heads = HeadLayout(queryHeads: 16, keyValueHeads: 16, headDim: 64)
                let (y, x) = (try inputs.output(390, 1024), try inputs.tensor(390, 3072))
                try inputs.backend.attention(
                    y, packed: x, heads: heads, blocks: [104, 104, 104, 78])
                return y
            },
            causal(
                "causal attention of a prompt", [TokenRun(slot: 1, firstPosition: 0, count: 405)],
                released),
            causal(
                "causal attention of a step",
                [
                    TokenRun(slot: 0, firstPosition: 0, count: 1),
                    TokenRun(slot: 1, firstPosition: 404, count: 1),
                    TokenRun(slot: 2, firstPosition: 63, count: 1),
                ], released),
        ]

    private static let released = (
        heads: HeadLayout(queryHeads: 16, keyValueHeads: 8, headDim: 128), prompts: [404, 63]
    )
    private static let small = (
        heads: HeadLayout(queryHeads: 2, keyValueHeads: 1, headDim: 128), prompts: [70]
    )

    /// After prompts of so many tokens in the slots from 1 on.
    private static func causal(
        _ name: String, _ last: [TokenRun], _ size: (heads: HeadLayout, prompts: [Int])
    ) -> BackendCheck {
        BackendCheck(name: name, 1e-3, 1e-3) { inputs throws(ComputeError) in
            let heads = size.heads
            let cache = try inputs.backend.makeCache(
                CacheLayout(
                    layers: 2, slots: 3, capacity: 512, keyValueHeads: heads.keyValueHeads,
                    headDim: 128))
            let norms = HeadNorms(
                queryGain: try inputs.weight([128]), keyGain: try inputs.weight([128]),
                epsilon: 1e-6)
            let rotary = try inputs.tensor(512, 128)
            let prompts = size.prompts.enumerated().map { index, count in
                TokenRun(slot: index + 1, firstPosition: 0, count: count)
            }
            var result: Tensor?
            for runs in [prompts, last] {
                let rows = runs.reduce(0) { $0 + $1.count }
                let y = try inputs.output(rows, heads.queryWidth)
                try inputs.backend.causalAttention(
                    y, packed: inputs.tensor(rows, heads.packedWidth), heads: heads, norms: norms,
                    rotary: rotary, runs: runs, cache: cache, layer: 1)
                result = y
            }
            return result ?? rotary
        }
    }

    private init(
        name: String, _ limit: Double, _ eightBitLimit: Double,
        run: @escaping @Sendable (inout Inputs) throws(ComputeError) -> Tensor
    ) {
        self.name = name
        self.limit = limit
        self.eightBitLimit = eightBitLimit
        self.run = run
    }

    /// Numbers of variance 1, the same on every backend.
    struct Inputs {
        let backend: any Backend
        private var state: UInt64 = 1

        init(backend: any Backend) {
            self.backend = backend
        }

        mutating func values(_ count: Int, scale: Float = 1) -> [Float] {
            (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let word = state >> 32
                // The sum of four bytes is nearly normal.
                let sum = (0..<4).reduce(0) { $0 + Float(word >> (8 * UInt64($1)) & 255) }
                return (sum - 510) / 148 * scale
            }
        }

        mutating func tensor(_ rows: Int, _ columns: Int) throws(ComputeError) -> Tensor {
            let made = try backend.makeTensor(Shape(rows, columns))
            try backend.upload(values(rows * columns).span, to: made)
            return made
        }

        /// Full of NaN.
        func output(_ rows: Int, _ columns: Int) throws(ComputeError) -> Tensor {
            let made = try backend.makeTensor(Shape(rows, columns))
            try backend.upload([Float](repeating: .nan, count: rows * columns).span, to: made)
            return made
        }

        mutating func weight(_ extents: [Int]) throws(ComputeError) -> Weight {
            let count = extents.reduce(1, *)
            let fan = extents.count == 1 ? 1 : count / extents[0]
            let stored = try StoredTensor(
                name: "check", extents: extents, elementType: .bfloat16,
                values: values(count, scale: 1 / Float(fan).squareRoot()))
            return try backend.prepare([stored])
        }
    }
}
