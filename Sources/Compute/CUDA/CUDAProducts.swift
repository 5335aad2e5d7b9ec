import CCUDA

extension CUDABackend {
    package func linear(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, bias: Weight?, finish: Finish
    ) throws(ComputeError) {
        precondition(x.shape.columns == weight.columns && y.shape.columns == weight.rows)
        precondition(x.shape.rows == y.shape.rows)
        try product(y, x, weight, bias: bias, finish: finish.kernelValue)
    }

    package func normedLinear(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, gain: Weight, epsilon: Float, scratch: Tensor
    ) throws(ComputeError) {
        precondition(x.shape.columns == weight.columns && y.shape.columns == weight.rows)
        precondition(x.shape.rows == y.shape.rows)
        try product(
            y, x, weight, start: .rmsNorm, gain: gain.cudaVector(count: x.shape.columns),
            epsilon: epsilon)
    }

    package func gatedLinear(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, gain: Weight, epsilon: Float, scratch: Tensor,
        wide: @autoclosure () throws(ComputeError) -> Tensor
    ) throws(ComputeError) {
        precondition(x.shape.columns == weight.columns && 2 * y.shape.columns == weight.rows)
        precondition(x.shape.rows == y.shape.rows)
        try product(
            y, x, weight, start: .rmsNorm, gain: gain.cudaVector(count: x.shape.columns),
            epsilon: epsilon, finish: gateFinish)
    }

    /// `FINISH_GATE` in the kernels' text.
    private var gateFinish: Int32 { 3 }

    private func product(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, start: Start = .plain, gain: cu_pointer = 0,
        epsilon: Float = 0, bias: Weight? = nil, finish: Int32 = 0
    ) throws(ComputeError) {
        let (rows, matrix) = (x.shape.rows, weight.cuda)
        var output = cu_output(
            y: y.cuda, rowScale: 0, columnScale: matrix.scales,
            bias: bias?.cudaVector(count: weight.rows) ?? 0, tokens: Int32(rows),
            outputs: Int32(y.shape.columns), stride: Int32(y.shape.columns), finish: finish)
        // `OwnRows` in the kernels' text.
        let ownByteCount = 2 * rows * (matrix.stride + 32)
        if rows <= 4, ownByteCount <= 50 << 10 {
            try session.launch(
                "stepProductOfRows\(matrix.suffix)", grid: stepGrid(weight, 1),
                threads: 256, sharedByteCount: ownByteCount, output, x.cuda, gain,
                Int32(x.shape.columns), start.rawValue, epsilon, matrix.bytes.address,
                Int32(matrix.stride))
            return
        }
        let operands: cu_pointer
        (operands, output.rowScale) = try self.operands(
            x, stride: matrix.stride, start: start, gain: gain, epsilon: epsilon)
        try multiply(output, operands, weight, rows: rows)
    }

    /// Blocks of a product of few rows: as many as there are groups of the weight's rows, where that is not too many to
    /// make each do several.
    private func stepGrid(_ weight: Weight, _ rows: Int) -> (Int, Int) {
        let (height, tokens) = rows <= 32 ? (16, 32) : (32, 64)
        let groups = (weight.rows + height - 1) / height
        let processors = session.device.multiprocessors
        return (
            groups <= 8 * processors ? groups : 4 * processors, (rows + tokens - 1) / tokens
        )
    }

    /// The rows of a tensor as operands of the matrix units, filled up with zeros.
    private func operands(
        _ x: Tensor, stride: Int, start: Start, gain: cu_pointer, epsilon: Float
    ) throws(ComputeError) -> (values: cu_pointer, scales: cu_pointer) {
        let rows = x.shape.rows
        let values = try session.scratch(.operands, 2 * rows * stride)
        let scales = try session.scratch(.rowScales, 4 * rows)
        try session.launch(
            "operandRows", grid: (rows, 1), threads: 256, values, scales, x.cuda, gain,
            cu_pointer(0), Int32(x.shape.columns), Int32(stride), start.rawValue, epsilon)
        return (values, scales)
    }

    private func multiply(
        _ output: cu_output, _ operands: cu_pointer, _ weight: Weight, rows: Int
    ) throws(ComputeError) {
        let matrix = weight.cuda
        let (suffix, processors) = (matrix.suffix, session.device.multiprocessors)
        if rows <= longestStep {
            let tokens = rows <= 8 ? 8 : rows <= 16 ? 16 : rows <= 32 ? 32 : 64
            try session.launch(
                "stepProduct\(tokens)\(suffix)", grid: stepGrid(weight, rows), threads: 256, output,
                operands, matrix.bytes.address, Int32(matrix.stride))
            return
        }
        // Large tiles move less; small ones keep all processors busy.
        func tiles(_ size: Int) -> (Int, Int) {
            ((weight.rows + size - 1) / size, (rows + size - 1) / size)
        }
        let isLarge = rows > 64 && tiles(128).0 * tiles(128).1 >= processors
        let size = isLarge ? 128 : 64
        try session.launch(
            "product\(size)\(suffix)", grid: tiles(size), threads: 256,
            sharedByteCount: sharedByteCount(size, isByte: matrix.isByte), output,
            operands, matrix.bytes.address, Int32(matrix.stride))
    }

    /// `sharedBytesOf` in the kernels' text, for square tiles.
    private func sharedByteCount(_ size: Int, isByte: Bool) -> Int {
        let stages = session.device.capability.major >= 8 ? 4 : 2
        return max(stages * size * (64 + (isByte ? 32 : 64)), size / 2 * (size + 4) * 4)
    }

    package func convolve(
        _ y: Tensor, _ x: Tensor, _ weight: Weight, bias: Weight
    ) throws(ComputeError) {
        let (from, to) = (x.shape.extents, y.shape.extents)
        precondition(from.count == 4 && weight.columns == 9 * from[3])
        precondition(to == [from[0], (from[1] + 1) / 2, (from[2] + 1) / 2, weight.rows])
        let (pixels, channels, stride) = (y.shape.rows, from[3], weight.cuda.stride)
        let output = cu_output(
            y: y.cuda, rowScale: 0, columnScale: 0, bias: bias.cudaVector(count: weight.rows),
            tokens: Int32(pixels), outputs: Int32(weight.rows), stride: Int32(weight.rows),
            finish: Finish.gelu.kernelValue)
        guard channels % 8 == 0 else {
            try session.launch(
                "convolvePlain",
                grid: (min((y.shape.count + 255) / 256, 64 * session.device.multiprocessors), 1),
                threads: 256, output, x.cuda, weight.cuda.bytes.address, Int32(stride),
                Int32(from[1]), Int32(from[2]), Int32(channels))
            return
        }
        let operands = try session.scratch(.operands, 2 * x.shape.count)
        try session.launch(
            "narrowValues",
            grid: (min((x.shape.count + 255) / 256, 64 * session.device.multiprocessors), 1),
            threads: 256, operands, x.cuda, Int64(x.shape.count))
        try session.launch(
            "convolveImages", grid: ((weight.rows + 127) / 128, (pixels + 127) / 128), threads: 256,
            sharedByteCount: sharedByteCount(128, isByte: false), output, operands,
            weight.cuda.bytes.address, Int32(stride), Int32(from[0]), Int32(from[1]),
            Int32(from[2]), Int32(channels))
    }
}

extension Finish {
    /// `Finish` in the kernels' text.
    fileprivate var kernelValue: Int32 {
        switch self {
        case .store: 0
        case .gelu: 1
        case .accumulate: 2
        }
    }
}
