import CCUDA

/// The operations on an NVIDIA GPU.
///
/// Matrices are float16, or bytes with one scale a row; what is multiplied is rounded to float16, sums are
/// taken in `Float`, and so is what one operation leaves to the next. Calls are made one at a time, by whoever
/// owns the backend; they return before the GPU is done, except ``download(_:)`` and ``argmax(_:)``.
package struct CUDABackend: Backend {
    package let name: String
    package let longestStep = 128
    package let worksAhead = true
    package var promptRows = 2048
    let session: CUDASession
    private var isEightBit: Bool

    /// - Parameters:
    ///   - isEightBit: keeps matrices as bytes.
    ///   - cacheFolder: where compiled kernels are kept; `nil` compiles them anew.
    package init(
        device: CUDADevice, libraries: CUDALibraries, isEightBit: Bool = false,
        cacheFolder: String? = nil
    ) throws(ComputeError) {
        session = try CUDASession(device: device, libraries: libraries, cacheFolder: cacheFolder)
        name = "cuda:\(device.index)"
        self.isEightBit = isEightBit
    }

    /// The same GPU, with matrices kept as bytes from now on.
    package var withEightBits: CUDABackend { keeping(isEightBit: true) }

    package var mostExact: any Backend { keeping(isEightBit: false) }

    private func keeping(isEightBit: Bool) -> CUDABackend {
        var backend = self
        backend.isEightBit = isEightBit
        return backend
    }

    package var precision: String { isEightBit ? "int8" : "f16" }

    /// Bytes of the GPU's memory that are free.
    package var availableByteCount: Int { session.availableByteCount }

    /// Holds small operations of every kind against the processor's: a card, a driver or a compiler that computes
    /// something else must not write a transcript.
    ///
    /// - Throws: ``ComputeError/gpuFailed(operation:reason:)`` with the first that is wrong.
    package func check() throws(ComputeError) {
        let processor = try CPUBackend(threads: 1)
        for check in BackendCheck.quick {
            let error = try check.error(of: self, against: processor)
            guard error <= (isEightBit ? check.eightBitLimit : check.limit) else {
                throw .gpuFailed(
                    operation: check.name, reason: "its result is wrong by a relative \(error)")
            }
        }
    }

    package func finish() throws(ComputeError) { try session.synchronize() }

    /// Bytes that a copy from memory to memory moves in a second, reading and writing counted: the best of ten.
    package func copyBandwidth() throws(ComputeError) -> Double {
        let count = min(1 << 30, availableByteCount / 4)
        let (from, to) = (try session.allocate(count), try session.allocate(count))
        try session.fill(from.address, count: count, with: 1)
        try session.synchronize()
        var best = Duration.seconds(1)
        for _ in 0..<10 {
            let start = ContinuousClock.now
            try session.copy(to.address, from.address, byteCount: count)
            try session.synchronize()
            best = min(best, ContinuousClock.now - start)
        }
        return 2 * Double(count) / (best / .seconds(1))
    }

    package func makeTensor(_ shape: Shape) throws(ComputeError) -> Tensor {
        Tensor(memory: try CUDAMemory.zeros(shape.count, session), shape: shape)
    }

    package func upload(_ values: Span<Float>, to tensor: Tensor) throws(ComputeError) {
        precondition(values.count == tensor.shape.count)
        let outcome = unsafe values.withUnsafeBytes { bytes in
            Result { () throws(ComputeError) in try unsafe session.upload(bytes, to: tensor.cuda) }
        }
        try outcome.get()
    }

    package func download(_ tensor: Tensor) throws(ComputeError) -> [Float] {
        try session.download(tensor.shape.count, from: tensor.cuda, filling: 0)
    }

    package func prepare(_ parts: [StoredTensor]) throws(ComputeError) -> Weight {
        Weight(parts, storage: try CUDAWeight(parts, isEightBit: isEightBit, session))
    }

    package func makeCache(_ layout: CacheLayout) throws(ComputeError) -> KeyValueCache {
        // Weights are there.
        session.giveBack(.upload)
        return try CUDACache(layout, rows: longestStep, session)
    }

    package func copy(_ y: Tensor, _ x: Tensor) throws(ComputeError) {
        precondition(y.shape.count == x.shape.count)
        try session.copy(y.cuda, x.cuda, byteCount: 4 * x.shape.count)
    }

    package func embed(_ y: Tensor, _ weight: Weight, ids: [Int32]) throws(ComputeError) {
        precondition(y.shape.rows == ids.count && y.shape.columns == weight.columns)
        precondition(ids.allSatisfy { $0 >= 0 && $0 < weight.rows })
        try embed(y, weight, ids: try session.upload(ids, .ids), slots: 0, lastIDs: 0)
    }

    /// - Parameter ids: a table, with ids below zero for those that `lastIDs` has for the slot.
    func embed(
        _ y: Tensor, _ weight: Weight, ids: cu_pointer, slots: cu_pointer, lastIDs: cu_pointer
    ) throws(ComputeError) {
        let matrix = weight.cuda
        try session.launch(
            "embedRows", grid: (y.shape.rows, 1), threads: 256, y.cuda, matrix.bytes.address,
            matrix.scales, ids, slots, lastIDs, Int32(weight.columns), Int32(matrix.stride))
    }

    package func addRepeating(_ y: Tensor, _ table: Tensor) throws(ComputeError) {
        precondition(y.shape.columns == table.shape.columns && table.shape.rows > 0)
        try session.launch(
            "addRepeating", grid: gridOver(y.shape.count), threads: 256, y.cuda, table.cuda,
            Int64(y.shape.count), Int64(table.shape.count))
    }

    package func layerNorm(
        _ y: Tensor, _ x: Tensor, gain: Weight, bias: Weight, epsilon: Float
    ) throws(ComputeError) {
        precondition(y.shape.count == x.shape.count)
        let width = x.shape.columns
        try session.launch(
            "normRows", grid: (x.shape.rows, 1), threads: 256, y.cuda, x.cuda,
            gain.cudaVector(count: width), bias.cudaVector(count: width), Int32(width),
            Start.layerNorm.rawValue, epsilon)
    }

    package func rmsNorm(
        _ y: Tensor, _ x: Tensor, gain: Weight, epsilon: Float
    ) throws(ComputeError) {
        precondition(y.shape.count == x.shape.count)
        let width = x.shape.columns
        try session.launch(
            "normRows", grid: (x.shape.rows, 1), threads: 256, y.cuda, x.cuda,
            gain.cudaVector(count: width), cu_pointer(0), Int32(width), Start.rmsNorm.rawValue,
            epsilon)
    }

    package func swiGLU(_ y: Tensor, _ x: Tensor) throws(ComputeError) {
        precondition(x.shape.columns == 2 * y.shape.columns && x.shape.rows == y.shape.rows)
        try session.launch(
            "gateRows", grid: (y.shape.rows, 1), threads: 256, y.cuda, x.cuda,
            Int32(y.shape.columns))
    }

    package func argmax(_ logits: Tensor) throws(ComputeError) -> [TokenChoice] {
        let rows = logits.shape.rows
        let choices = try session.scratch(.choices, MemoryLayout<cu_choice>.stride * rows)
        try choose(choices, logits, slots: 0, lastIDs: 0)
        return try session.download(rows, from: choices, filling: cu_choice()).map(TokenChoice.init)
    }

    /// Puts the choice from each row where `choices` says, and the token where `lastIDs` has it for the slot.
    func choose(
        _ choices: cu_pointer, _ logits: Tensor, slots: cu_pointer, lastIDs: cu_pointer
    ) throws(ComputeError) {
        let (rows, width, span) = (logits.shape.rows, logits.shape.columns, 4096)
        let spans = (width + span - 1) / span
        let candidates = try session.scratch(.candidates, 16 * rows * spans)
        try session.launch(
            "findCandidates", grid: (spans, rows), threads: 256, candidates, logits.cuda,
            Int32(width))
        try session.launch(
            "chooseTokens", grid: (rows, 1), threads: 32, choices, candidates, Int32(spans),
            slots, lastIDs)
    }

    /// Blocks of 256 threads that go over `count` values.
    func gridOver(_ count: Int) -> (Int, Int) {
        (min((count + 255) / 256, 32 * session.device.multiprocessors), 1)
    }
}

extension TokenChoice {
    init(_ choice: cu_choice) {
        self.init(
            id: choice.id, logProbability: choice.logProbability, margin: choice.margin)
    }
}

/// `Start` in the kernels' text.
enum Start: Int32 {
    case plain = 0
    case rmsNorm = 1
    case layerNorm = 2
}

extension CUDAWeight {
    /// The scales of a matrix of bytes, or no address.
    var scales: cu_pointer {
        if case .bytes(let scales) = layout { scales.address } else { 0 }
    }

    var isByte: Bool {
        if case .bytes = layout { true } else { false }
    }

    /// Behind the name of a kernel that multiplies by it.
    var suffix: String { isByte ? "Bytes" : "" }
}
