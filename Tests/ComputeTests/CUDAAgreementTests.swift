import CUDAEmulator
import Compute
import Foundation
import TestSupport
import Testing

/// The kernels' text for GPUs, run on the CPU by an emulated driver, against the reference backend.
///
/// What is multiplied is float16 on a GPU: inputs here are rounded to it first, so that what differs is the order of
/// sums and the rounding inside attention. Memory ends at a page that may not be touched, is full of NaN at first,
/// and threads run forward and then backward: both must give the same bits.
@Suite struct CUDAAgreementTests {
    @Test(arguments: [false, true])
    func `products of few and many rows agree`(isEightBit: Bool) throws {
        for rows in [1, 3, 5, 8, 9, 17, 33, 70, 128, 131, 190] {
            for (outputs, inputs) in [(1, 1), (7, 19), (33, 70), (64, 256), (261, 515)] {
                for finish in [Finish.store, .gelu, .accumulate] {
                    let scale = 1 / Float(inputs).squareRoot()
                    try agree(
                        isEightBit ? 3e-2 : 2e-5, isEightBit ? 3e-2 : 2e-5,
                        "\(rows) x \(inputs) x \(outputs) \(finish)", isEightBit: isEightBit
                    ) { run in
                        let weight = try run.weight(
                            [[outputs, inputs], [3, inputs]], scale: scale)
                        let bias = try run.weight([[outputs], [3]])
                        let x = try run.rounded(rows, inputs)
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

    @Test(arguments: [false, true])
    func `products of normalised rows, gated and not, agree`(isEightBit: Bool) throws {
        for rows in [1, 4, 9, 40, 90, 150] {
            for (outputs, inputs) in [(1, 19), (13, 70), (100, 256)] {
                let limit: Float = isEightBit ? 5e-2 : 3e-3
                let size = "\(rows) x \(inputs) x \(outputs)"
                try agree(limit, limit, "gated \(size)", isEightBit: isEightBit) { run in
                    let x = try run.input(rows, inputs)
                    let scale = 1 / Float(inputs).squareRoot()
                    let weight = try run.weight(
                        [[outputs, inputs], [outputs, inputs]], scale: scale)
                    let (gain, y) = (try run.weight([[inputs]]), try run.output(rows, outputs))
                    let wide = try run.output(rows, 2 * outputs)
                    try run.backend.gatedLinear(
                        y, x, weight, gain: gain, epsilon: 1e-6,
                        scratch: run.output(rows, inputs), wide: wide)
                    let packed = try run.output(rows, 2 * outputs)
                    try run.backend.normedLinear(
                        packed, x, weight, gain: gain, epsilon: 1e-6,
                        scratch: run.output(rows, inputs))
                    run.record(try run.backend.download(packed))
                    return y
                }
            }
        }
    }

    @Test func `rows too large for 16 bits are scaled`() throws {
        // Sums of a hundred products of about 3e7.
        try agree(2e5, 0, "large") { run in
            let weight = try run.weight([[20, 100]])
            let x = try run.input([3, 100]) { $0 * 3e7 }
            let y = try run.output(3, 20)
            try run.backend.linear(y, x, weight, bias: nil, finish: .store)
            return y
        }
    }

    @Test(arguments: ElementType.allCases)
    func `weights of any type are rounded once`(type: ElementType) throws {
        try agree(1e-3, 0, "\(type)") { run in
            let weight = try run.weight([[33, 70]], type: type, scale: 0.1)
            let y = try run.output(40, 33)
            try run.backend.linear(
                y, run.rounded(40, 70), weight, bias: run.weight([[33]], type: type),
                finish: .store)
            return y
        }
    }

    @Test func `a row of a product has the same bits in every batch of its kind`() throws {
        func product(rows: Int) throws -> [Float] {
            let run = try OperationRun(Self.backend(), seed: 5)
            let weight = try run.weight([[100, 515]])
            let x = try run.input(rows, 515)
            let y = try run.output(rows, 100)
            try run.backend.linear(y, x, weight, bias: nil, finish: .gelu)
            return try run.backend.download(y)
        }
        let (few, many) = (try product(rows: 128), try product(rows: 200))
        for rows in [1, 2, 4, 5, 8, 9, 16, 17, 32, 33, 64, 65, 100] {
            #expect(try product(rows: rows) == Array(few.prefix(rows * 100)))
        }
        for rows in [129, 130, 170] {
            #expect(try product(rows: rows) == Array(many.prefix(rows * 100)))
        }
    }

    @Test func `convolutions agree`() throws {
        for (images, time, mel, channels, outputs) in [
            (1, 1, 1, 1, 1), (2, 5, 7, 1, 3), (1, 13, 16, 19, 33), (3, 25, 8, 8, 5),
            (1, 7, 9, 16, 130),
            (2, 10, 32, 24, 40), (1, 4, 128, 1, 17),
        ] {
            try agree(3e-5, 3e-5, "\(images) x \(time) x \(mel) x \(channels)") { run in
                let weight = try run.weight([[outputs, 3, 3, channels]], scale: 0.3)
                let bias = try run.weight([[outputs]])
                let x = try run.rounded(images, time, mel, channels)
                let y = try run.output(images, (time + 1) / 2, (mel + 1) / 2, outputs)
                try run.backend.convolve(y, x, weight, bias: bias)
                return y
            }
        }
    }

    @Test func `norms, gating, sums and embedding agree`() throws {
        for rows in [1, 3] {
            for width in [1, 7, 64, 130, 896] {
                let size = "\(rows) x \(width)"
                try agree(2e-5, 1e-5, "layerNorm \(size)") { run in
                    let (x, y) = (try run.input(rows, width), try run.output(rows, width))
                    try run.backend.layerNorm(
                        y, x, gain: run.weight([[width]]), bias: run.weight([[width]]),
                        epsilon: 1e-5)
                    return y
                }
                try agree(1e-6, 1e-5, "rmsNorm \(size)") { run in
                    let (x, y) = (try run.input(rows, width), try run.output(rows, width))
                    try run.backend.rmsNorm(y, x, gain: run.weight([[width]]), epsilon: 1e-6)
                    return y
                }
                try agree(1e-6, 2e-6, "swiGLU \(size)") { run in
                    let (x, y) = (try run.input(rows, 2 * width), try run.output(rows, width))
                    try run.backend.swiGLU(y, x)
                    return y
                }
                try agree(0, 0, "addRepeating \(size)") { run in
                    let y = try run.input(rows, width)
                    try run.backend.addRepeating(y, run.input(3, width))
                    return y
                }
                for isEightBit in [false, true] {
                    try agree(isEightBit ? 1.5e-2 : 0, 0, "embed \(size)", isEightBit: isEightBit) {
                        run in
                        let y = try run.output(rows, width)
                        let ids = (0..<rows).map { Int32($0 * 5 % 11) }
                        try run.backend.embed(y, run.weight([[11, width]]), ids: ids)
                        return y
                    }
                }
            }
        }
    }

    @Test func `attention in blocks agrees`() throws {
        for blocks in [[1], [7], [19, 1], [104, 104, 13], [1, 40, 33], [150]] {
            for (queryHeads, keyValueHeads, headDim) in [
                (1, 1, 2), (3, 3, 64), (4, 2, 19), (2, 1, 128),
            ] {
                let heads = HeadLayout(
                    queryHeads: queryHeads, keyValueHeads: keyValueHeads, headDim: headDim)
                try agree(1e-3, 1e-3, "\(blocks), \(heads)") { run in
                    let rows = blocks.reduce(0, +)
                    let packed = try run.rounded(rows, heads.packedWidth)
                    let y = try run.output(rows, heads.queryWidth)
                    try run.backend.attention(y, packed: packed, heads: heads, blocks: blocks)
                    return y
                }
            }
        }
    }

    @Test(arguments: [
        (1, 1, 64), (4, 2, 64), (4, 1, 64), (1, 1, 128), (4, 2, 128), (4, 1, 128), (6, 3, 10),
    ])
    func `rotation and causal attention agree, for prompts, steps and both together`(
        queryHeads: Int, keyValueHeads: Int, headDim: Int
    ) throws {
        let heads = HeadLayout(
            queryHeads: queryHeads, keyValueHeads: keyValueHeads, headDim: headDim)
        let layout = CacheLayout(
            layers: 2, slots: 3, capacity: 250, keyValueHeads: keyValueHeads, headDim: headDim)
        try agree(2e-3, 2e-3, "\(heads)") { run in
            let cache = try run.backend.makeCache(layout)
            let rotary = try run.backend.makeTensor(Shape(250, headDim))
            var angles: [Float] = []
            for position in 0..<250 {
                let turns = (0..<headDim / 2).map { Double(position) / Double($0 + 1) }
                angles += turns.map { Float(cos($0)) }
                angles += turns.map { Float(sin($0)) }
            }
            try run.backend.upload(angles.span, to: rotary)
            let norms = HeadNorms(
                queryGain: try run.weight([[headDim]]), keyGain: try run.weight([[headDim]]),
                epsilon: 1e-6)
            var last: Tensor?
            // Prompts, one of them in two pieces; then steps of all slots, across a span and a block.
            var passes = [
                [
                    TokenRun(slot: 2, firstPosition: 0, count: 137),
                    TokenRun(slot: 0, firstPosition: 0, count: 1),
                ],
                [
                    TokenRun(slot: 2, firstPosition: 137, count: 50),
                    TokenRun(slot: 1, firstPosition: 0, count: 62),
                ],
            ]
            for step in 0..<6 {
                passes.append([
                    TokenRun(slot: 0, firstPosition: 1 + step, count: 1),
                    TokenRun(slot: 1, firstPosition: 62 + step, count: 1),
                    TokenRun(slot: 2, firstPosition: 187 + step, count: 1),
                ])
            }
            for runs in passes {
                let rows = runs.reduce(0) { $0 + $1.count }
                let packed = try run.rounded(rows, heads.packedWidth)
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

    @Test func `a slot that was given back is used again`() throws {
        let backend = try Self.backend()
        let layout = CacheLayout(
            layers: 1, slots: 2, capacity: 1000, keyValueHeads: 1, headDim: 64)
        let run = try OperationRun(backend, seed: 1)
        let heads = HeadLayout(queryHeads: 1, keyValueHeads: 1, headDim: 64)
        let cache = try backend.makeCache(layout)
        let norms = HeadNorms(
            queryGain: try run.weight([[64]]), keyGain: try run.weight([[64]]), epsilon: 1e-6)
        let rotary = try run.input(1000, 64)
        func attend(slot: Int) throws {
            try backend.causalAttention(
                try run.output(200, 64), packed: try run.input(200, heads.packedWidth),
                heads: heads,
                norms: norms, rotary: rotary,
                runs: [TokenRun(slot: slot, firstPosition: 0, count: 200)], cache: cache, layer: 0)
        }
        try attend(slot: 0)
        let blocks = try #require(cache as? CUDACache).allocatedBlockCount
        #expect(blocks == 16)
        cache.discard(slot: 0)
        try attend(slot: 1)
        #expect((cache as? CUDACache)?.allocatedBlockCount == blocks)
    }

    @Test func `the choice among logits agrees, and the lowest of equals wins`() throws {
        let backend = try Self.backend()
        for width in [1, 2, 19, 1000, 4097, 20_001] {
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
        for wrong in [Float.nan, .infinity] {
            for place in [0, 3, 18, 40] {
                var values = [Float](repeating: 1, count: 41)
                values[place] = wrong
                #expect(try choices(backend, values, 41).allSatisfy { !$0.logProbability.isFinite })
            }
        }
        let tied: [Float] = [0, 3, 1, 3, 3]
        #expect(try choices(backend, tied, 5).map(\.id) == [1])
        #expect(try choices(backend, tied, 5).map(\.margin) == [0])
        #expect(try choices(backend, [-.infinity, -.infinity, 2], 3)[0].logProbability == 0)
    }

    private func choices(
        _ backend: any Backend, _ values: [Float], _ width: Int
    ) throws -> [TokenChoice] {
        let logits = try backend.makeTensor(Shape(values.count / width, width))
        try backend.upload(values.span, to: logits)
        return try backend.argmax(logits)
    }

    @Test(arguments: [false, true])
    func `a GPU that computes something else is refused`(isEightBit: Bool) throws {
        let backend = try Self.backend(isEightBit: isEightBit)
        try backend.check()
        emulated_set_wrong(1)
        defer { emulated_set_wrong(0) }
        let refusal = #expect(throws: ComputeError.self) { try backend.check() }
        #expect(refusal?.code == "gpu_failed")
        #expect(refusal?.description.contains("product, 3 rows): its result is wrong") == true)
    }

    static func backend(isEightBit: Bool = false) throws -> CUDABackend {
        let libraries = try unsafe CUDALibraries(lookup: emulated_symbol)
        return try CUDABackend(
            device: .numbered(0, libraries), libraries: libraries, isEightBit: isEightBit)
    }

    /// Runs an operation on both backends with the same inputs, the emulated one twice:
    /// `abs(found - expected) <= absolute + relative * abs(expected)`.
    private func agree(
        _ absolute: Float, _ relative: Float, _ comment: String, isEightBit: Bool = false,
        _ operation: (OperationRun) throws -> Tensor
    ) throws {
        func result(_ backend: any Backend) throws -> [Float] {
            let run = try OperationRun(backend, seed: 1)
            let tensor = try operation(run)
            return try run.recorded + backend.download(tensor)
        }
        emulated_set_backward(0)
        let found = try result(Self.backend(isEightBit: isEightBit))
        emulated_set_backward(1)
        defer { emulated_set_backward(0) }
        let again = try result(Self.backend(isEightBit: isEightBit))
        #expect(found == again, "\(comment): the order of threads matters")
        let expected = try result(ReferenceBackend())
        let worst = zip(found, expected).map { abs($0 - $1) - relative * abs($1) }
        let isAgreed = found.count == expected.count && worst.allSatisfy { $0 <= absolute }
        #expect(isAgreed, "\(comment): \(worst.max() ?? 0) over the relative tolerance")
    }
}

extension OperationRun {
    /// Inputs that float16 holds.
    func rounded(_ extents: Int...) throws -> Tensor { try input(extents) { Float(Float16($0)) } }
}
