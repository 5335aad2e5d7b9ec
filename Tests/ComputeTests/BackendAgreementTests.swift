import Compute
import Foundation
import TestSupport
import Testing

/// Every kernel set against the reference backend, at sizes that fit no vector and no tile.
///
/// Inputs are fresh and seeded; outputs hold NaN before each call, so that a value that is not
/// written cannot agree. Tolerances: single-precision sums of up to a few thousand products.
@Suite struct BackendAgreementTests {
    private static let rowCounts = [1, 2, 7, 15, 16, 19, 45]

    @Test(arguments: KernelSet.all, [ElementType.bfloat16, .float16, .float32])
    func `linear agrees`(set: KernelSet, type: ElementType) throws {
        for rows in Self.rowCounts {
            for (outputs, inputs) in [(1, 1), (7, 19), (33, 70), (64, 256), (100, 515)] {
                for finish in [Finish.store, .gelu, .accumulate] {
                    try agree(set, 1e-5, 1e-5, "\(rows) x \(inputs) x \(outputs)") { run in
                        let weight = try run.weight(
                            [[outputs, inputs], [3, inputs]], type: type,
                            scale: 1 / Float(inputs).squareRoot())
                        let bias = try run.weight([[outputs], [3]], type: type)
                        let x = try run.input(rows, inputs)
                        let isSum = finish == .accumulate
                        let y =
                            isSum
                            ? try run.input(rows, outputs + 3) : try run.output(rows, outputs + 3)
                        try run.backend.linear(
                            y, x, weight, bias: isSum ? nil : bias, finish: finish)
                        return y
                    }
                }
            }
        }
    }

    @Test(arguments: KernelSet.all)
    func `convolution agrees`(set: KernelSet) throws {
        for (images, time, mel, channels, outputs) in [
            (1, 1, 1, 1, 1), (2, 5, 7, 1, 3), (1, 13, 16, 19, 33), (3, 100, 8, 3, 5),
            (1, 4, 128, 1, 17),
        ] {
            try agree(set, 1e-5, 1e-5, "\(time) x \(mel) x \(channels)") { run in
                let weight = try run.weight([[outputs, 3, 3, channels]], scale: 0.3)
                let bias = try run.weight([[outputs]])
                let x = try run.input(images, time, mel, channels)
                let y = try run.output(images, (time + 1) / 2, (mel + 1) / 2, outputs)
                try run.backend.convolve(y, x, weight, bias: bias)
                return y
            }
        }
    }

    @Test(arguments: KernelSet.all)
    func `norms, gating, sums and embedding agree`(set: KernelSet) throws {
        for rows in Self.rowCounts {
            for width in [1, 7, 19, 64, 130, 896] {
                let size = "\(rows) x \(width)"
                try agree(set, 2e-5, 1e-5, "layerNorm \(size)") { run in
                    let (x, y) = (try run.input(rows, width), try run.output(rows, width))
                    try run.backend.layerNorm(
                        y, x, gain: run.weight([[width]]), bias: run.weight([[width]]),
                        epsilon: 1e-5)
                    return y
                }
                try agree(set, 1e-6, 1e-5, "rmsNorm \(size)") { run in
                    let (x, y) = (try run.input(rows, width), try run.output(rows, width))
                    try run.backend.rmsNorm(y, x, gain: run.weight([[width]]), epsilon: 1e-6)
                    return y
                }
                try agree(set, 1e-6, 2e-6, "swiGLU \(size)") { run in
                    let (x, y) = (try run.input(rows, 2 * width), try run.output(rows, width))
                    try run.backend.swiGLU(y, x)
                    return y
                }
                try agree(set, 0, 0, "addRepeating \(size)") { run in
                    let y = try run.input(rows, width)
                    try run.backend.addRepeating(y, run.input(3, width))
                    return y
                }
                try agree(set, 0, 0, "embed \(size)") { run in
                    let y = try run.output(rows, width)
                    let ids = (0..<rows).map { Int32($0 * 5 % 11) }
                    try run.backend.embed(y, run.weight([[11, width]]), ids: ids)
                    return y
                }
            }
        }
    }

    @Test(arguments: KernelSet.all)
    func `attention in blocks agrees`(set: KernelSet) throws {
        let layouts = [(1, 1, 2), (3, 3, 64), (4, 2, 19), (2, 1, 128)]
        for blocks in [[1], [7], [19, 1], [104, 104, 13], [1, 40, 33]] {
            for (queryHeads, keyValueHeads, headDim) in layouts {
                let heads = HeadLayout(
                    queryHeads: queryHeads, keyValueHeads: keyValueHeads, headDim: headDim)
                try agree(set, 3e-6, 1e-5, "\(blocks), \(heads)") { run in
                    let rows = blocks.reduce(0, +)
                    let packed = try run.input(rows, heads.packedWidth)
                    let y = try run.output(rows, heads.queryWidth)
                    try run.backend.attention(y, packed: packed, heads: heads, blocks: blocks)
                    return y
                }
            }
        }
    }

    @Test(arguments: KernelSet.all)
    func `rotation and causal attention agree, for prompts, steps and both together`(
        set: KernelSet
    ) throws {
        for (queryHeads, keyValueHeads, headDim) in [
            (1, 1, 2), (4, 2, 64), (6, 3, 10), (2, 1, 128), (3, 1, 150),
        ] {
            let heads = HeadLayout(
                queryHeads: queryHeads, keyValueHeads: keyValueHeads, headDim: headDim)
            let layout = CacheLayout(
                layers: 2, slots: 3, capacity: 70, keyValueHeads: keyValueHeads, headDim: headDim)
            try agree(set, 2e-5, 1e-5, "\(heads)") { run in
                let cache = try run.backend.makeCache(layout)
                let rotary = try run.input(70, headDim)
                let norms = HeadNorms(
                    queryGain: try run.weight([[headDim]]), keyGain: try run.weight([[headDim]]),
                    epsilon: 1e-6)
                var last: Tensor?
                // Two prompts, one of them in two pieces, then a step of all three slots.
                for runs in [
                    [
                        TokenRun(slot: 2, firstPosition: 0, count: 37),
                        TokenRun(slot: 0, firstPosition: 0, count: 1),
                    ],
                    [
                        TokenRun(slot: 2, firstPosition: 37, count: 19),
                        TokenRun(slot: 1, firstPosition: 0, count: 5),
                    ],
                    [
                        TokenRun(slot: 0, firstPosition: 1, count: 1),
                        TokenRun(slot: 1, firstPosition: 5, count: 1),
                        TokenRun(slot: 2, firstPosition: 56, count: 1),
                    ],
                ] {
                    let rows = runs.reduce(0) { $0 + $1.count }
                    let packed = try run.input(rows, heads.packedWidth)
                    let y = try run.output(rows, heads.queryWidth)
                    try run.backend.causalAttention(
                        y, packed: packed, heads: heads, norms: norms, rotary: rotary, runs: runs,
                        cache: cache, layer: 1)
                    run.record(try run.backend.download(y))
                    last = y
                }
                return try #require(last)
            }
        }
    }

    @Test(arguments: KernelSet.all)
    func `the choice among logits agrees, and the lowest of equals wins`(set: KernelSet) throws {
        let backend = try CPUBackend(threads: 2, kernelSet: set)
        for width in [1, 2, 19, 1000, 151_936] {
            var random = Seeded(seed: UInt64(width))
            let values = (0..<3 * width).map { _ in random.value() * 10 }
            let (found, expected) = (
                try choices(backend, values, width), try choices(ReferenceBackend(), values, width)
            )
            for (one, other) in zip(found, expected) {
                #expect(one.id == other.id)
                #expect(abs(one.logProbability - other.logProbability) <= 1e-4)
                #expect(one.margin == other.margin)
            }
        }
        for place in [0, 3, 18, 40] {
            var values = [Float](repeating: 1, count: 41)
            values[place] = .nan
            #expect(try choices(backend, values, 41).allSatisfy { !$0.logProbability.isFinite })
            #expect(
                try choices(ReferenceBackend(), values, 41).allSatisfy {
                    !$0.logProbability.isFinite
                })
        }
        let tied: [Float] = [0, 3, 1, 3, 3]
        #expect(try choices(backend, tied, 5).map(\.id) == [1])
        #expect(try choices(backend, tied, 5).map(\.margin) == [0])
    }

    private func choices(
        _ backend: any Backend, _ values: [Float], _ width: Int
    ) throws -> [TokenChoice] {
        let logits = try backend.makeTensor(Shape(values.count / width, width))
        try backend.upload(values.span, to: logits)
        return try backend.argmax(logits)
    }

    @Test(arguments: KernelSet.all)
    func `a row of linear has the same bits alone, in a batch and at any thread count`(
        set: KernelSet
    ) throws {
        for (few, many) in [(1, 15), (16, 45)] {
            let (inputs, outputs) = (515, 100)
            func product(rows: Int, threads: Int) throws -> [Float] {
                let run = try OperationRun(CPUBackend(threads: threads, kernelSet: set), seed: 5)
                let weight = try run.weight([[outputs, inputs]])
                let x = try run.input(rows, inputs)
                let y = try run.output(rows, outputs)
                try run.backend.linear(y, x, weight, bias: nil, finish: .gelu)
                return try run.backend.download(y)
            }
            let whole = try product(rows: many, threads: 1)
            #expect(try product(rows: many, threads: 2) == whole)
            #expect(try product(rows: many, threads: 3) == whole)
            #expect(try product(rows: few, threads: 2) == Array(whole.prefix(few * outputs)))
        }
    }

    /// Runs an operation on both backends with the same inputs and holds the results against each
    /// other: `abs(found - expected) <= absolute + relative * abs(expected)`.
    private func agree(
        _ set: KernelSet, _ absolute: Float, _ relative: Float, _ comment: String,
        _ operation: (OperationRun) throws -> Tensor
    ) throws {
        func result(_ backend: any Backend) throws -> [Float] {
            let run = try OperationRun(backend, seed: 1)
            let tensor = try operation(run)
            return try run.recorded + backend.download(tensor)
        }
        let found = try result(CPUBackend(threads: 2, kernelSet: set))
        let expected = try result(ReferenceBackend())
        let worst = zip(found, expected).map { abs($0 - $1) - relative * abs($1) }
        let isAgreed = found.count == expected.count && worst.allSatisfy { $0 <= absolute }
        #expect(isAgreed, "\(comment): \(worst.max() ?? 0) over the relative tolerance")
    }
}

/// Inputs for one run of an operation: the same numbers for every backend.
final class OperationRun {
    let backend: any Backend
    private var random: Seeded
    private(set) var recorded: [Float] = []

    init(_ backend: any Backend, seed: UInt64) throws {
        self.backend = backend
        random = Seeded(seed: seed)
    }

    func input(_ extents: Int...) throws -> Tensor { try input(extents) { $0 } }

    func input(_ extents: [Int], _ change: (Float) -> Float) throws -> Tensor {
        let tensor = try makeTensor(extents)
        let values = (0..<tensor.shape.count).map { _ in change(random.value()) }
        try backend.upload(values.span, to: tensor)
        return tensor
    }

    /// A tensor full of NaN.
    func output(_ extents: Int...) throws -> Tensor {
        let tensor = try makeTensor(extents)
        try backend.upload([Float](repeating: .nan, count: tensor.shape.count).span, to: tensor)
        return tensor
    }

    func weight(
        _ parts: [[Int]], type: ElementType = .bfloat16, scale: Float = 1
    ) throws -> Weight {
        try backend.prepare(
            parts.map { extents in
                let count = extents.reduce(1, *)
                return try StoredTensor(
                    name: "weight", extents: extents, elementType: type,
                    values: (0..<count).map { _ in random.value() * scale })
            })
    }

    func record(_ values: [Float]) {
        recorded += values
    }

    private func makeTensor(_ extents: [Int]) throws -> Tensor {
        let flat = try backend.makeTensor(Shape(extents.reduce(1, *)))
        switch extents.count {
        case 4: return flat.reshaped(Shape(extents[0], extents[1], extents[2], extents[3]))
        default: return flat.reshaped(Shape(extents[0], extents[1]))
        }
    }
}

/// A reproducible generator (SplitMix64).
struct Seeded {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// Roughly normal, of variance 1.
    mutating func value() -> Float {
        var total: Float = 0
        for _ in 0..<4 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var bits = state
            bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
            bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
            total += Float((bits ^ (bits >> 31)) >> 40) / Float(1 << 24) - 0.5
        }
        return total * 1.7320508
    }
}
