import CCUDA

/// A tensor's values in a GPU's memory, as `Float`.
final class CUDAMemory: DeviceMemory {
    let bytes: DeviceBytes

    /// `count` zeros.
    static func zeros(_ count: Int, _ session: CUDASession) throws(ComputeError) -> CUDAMemory {
        let bytes = try session.allocate(4 * count)
        try session.fill(bytes.address, count: 4 * count, with: 0)
        return CUDAMemory(bytes, count: count)
    }

    private init(_ bytes: DeviceBytes, count: Int) {
        self.bytes = bytes
        super.init(capacity: count)
    }

    override init(capacity: Int) {
        preconditionFailure("memory of a GPU is allocated by it")
    }
}

extension Tensor {
    /// The first value of a tensor in a GPU's memory.
    var cuda: cu_pointer {
        guard let memory = memory as? CUDAMemory else {
            preconditionFailure("a tensor of another device")
        }
        return memory.bytes.address + UInt64(4 * offset)
    }
}

/// A weight in a GPU's memory: a vector as `Float`, a matrix as operands of 16 bits or as bytes.
final class CUDAWeight {
    enum Layout {
        case vector
        case operands
        /// One scale for each row.
        case bytes(scales: DeviceBytes)
    }

    let layout: Layout
    let bytes: DeviceBytes
    /// Columns of a matrix with the zeros that fill them up.
    let stride: Int

    /// Bytes of the checkpoint that are on their way at once.
    private static let portion = 64 << 20

    /// - Parameter isEightBit: for matrices of two dimensions.
    init(
        _ parts: [StoredTensor], isEightBit: Bool, _ session: CUDASession
    ) throws(ComputeError) {
        if parts.allSatisfy({ $0.extents.count == 1 }) {
            layout = .vector
            stride = parts.reduce(0) { $0 + $1.count }
            bytes = try session.allocate(4 * stride)
            var done = 0
            for part in parts {
                let raw = try session.scratch(.upload, part.byteCount)
                try unsafe session.upload(part.rowBytes(0..<1), to: raw)
                try session.launch(
                    "floatsOfWeight", grid: ((part.count + 255) / 256, 1), threads: 256,
                    bytes.address + UInt64(4 * done), raw, Int32(part.count),
                    part.elementType.kernelValue)
                done += part.count
            }
            session.wroteWeights = true
            return
        }
        let columns = parts[0].columns
        let rows = parts.reduce(0) { $0 + $1.rows }
        let isByte = isEightBit && parts[0].extents.count == 2
        let block = isByte ? 64 : 32
        stride = (columns + block - 1) / block * block
        let rowByteCount = stride * (isByte ? 1 : 2)
        bytes = try session.allocate(rows * rowByteCount)
        let scales = isByte ? try session.allocate(4 * rows) : nil
        layout = scales.map { .bytes(scales: $0) } ?? .operands
        var done = 0
        for part in parts {
            let type = part.elementType
            let isAsStored = !isByte && stride == columns && type == .float16
            let step = max(1, Self.portion / max(1, columns * type.byteCount))
            for first in Swift.stride(from: 0, to: part.rows, by: step) {
                let range = first..<min(first + step, part.rows)
                let target = bytes.address + UInt64((done + first) * rowByteCount)
                if isAsStored {
                    try unsafe session.upload(part.rowBytes(range), to: target)
                    continue
                }
                let raw = try session.scratch(
                    .upload, range.count * columns * type.byteCount)
                try unsafe session.upload(part.rowBytes(range), to: raw)
                if let scales {
                    try session.launch(
                        "bytesOfWeight", grid: (range.count, 1), threads: 256, target,
                        scales.address + UInt64(4 * (done + first)), raw, Int32(columns),
                        Int32(stride), type.kernelValue)
                } else {
                    try session.launch(
                        "operandsOfWeight", grid: (range.count, 1), threads: 256, target, raw,
                        Int32(columns), Int32(stride), type.kernelValue)
                }
            }
            done += part.rows
        }
        session.wroteWeights = true
    }
}

extension Weight {
    var cuda: CUDAWeight {
        guard let weight = storage as? CUDAWeight else {
            preconditionFailure("a weight of another device")
        }
        return weight
    }

    /// A norm's gain or a bias.
    func cudaVector(count: Int) -> cu_pointer {
        guard case .vector = cuda.layout, columns == count else {
            preconditionFailure("a matrix where a vector is needed")
        }
        return cuda.bytes.address
    }
}

extension StoredTensor {
    /// The bytes of rows, where they lie; valid while the tensor lives.
    fileprivate func rowBytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        precondition(range.lowerBound >= 0 && range.upperBound <= rows)
        let width = columns * elementType.byteCount
        // Safety: the rows lie inside the tensor.
        return unsafe UnsafeRawBufferPointer(
            start: start + range.lowerBound * width, count: range.count * width)
    }
}

extension ElementType {
    /// `Stored` in the kernels' text.
    fileprivate var kernelValue: Int32 {
        switch self {
        case .bfloat16: 0
        case .float16: 1
        case .float32: 2
        }
    }
}

/// Keys and values in a GPU's memory, which a slot takes block by block as its sequence grows.
///
/// A block holds 16 positions of all layers; kernels find it in a table. Blocks that a slot gives back are
/// used again; slabs of them return to the system with the cache.
package final class CUDACache: KeyValueCache {
    static let blockPositions = 16
    /// Blocks that are asked of the driver at once.
    private static let slabBlocks = 16

    let session: CUDASession
    let table: DeviceBytes
    /// What the last step chose, by slot.
    let lastIDs: DeviceBytes
    /// What a step chooses, by row.
    let choices: DeviceBytes
    private let exchanges: [StepExchange]
    private var stepCount = 0
    let blocksPerSlot: Int
    private let blockByteCount: Int
    private var slabs: [DeviceBytes] = []
    private var spare: [cu_pointer] = []
    private var held: [[cu_pointer]]

    /// - Parameter rows: of the longest step.
    init(_ layout: CacheLayout, rows: Int, _ session: CUDASession) throws(ComputeError) {
        self.session = session
        blocksPerSlot = (layout.capacity + Self.blockPositions - 1) / Self.blockPositions
        blockByteCount =
            2 * layout.layers * 2 * layout.keyValueHeads * Self.blockPositions * layout.headDim
        table = try session.allocate(8 * layout.slots * blocksPerSlot)
        lastIDs = try session.allocate(4 * layout.slots)
        choices = try session.allocate(MemoryLayout<cu_choice>.stride * rows)
        exchanges = [
            try StepExchange(rows: rows, session.context),
            try StepExchange(rows: rows, session.context),
        ]
        held = Array(repeating: [], count: layout.slots)
        let none = Tensor(memory: DeviceMemory(capacity: 0), shape: Shape(0))
        super.init(layout: layout, keys: none, values: none)
    }

    override init(layout: CacheLayout, keys: Tensor, values: Tensor) {
        preconditionFailure("a cache of a GPU takes blocks")
    }

    /// For the next step; that of the step before the last one.
    func nextExchange() -> StepExchange {
        stepCount += 1
        return exchanges[stepCount % exchanges.count]
    }

    package override var bytesPerPosition: Int { blockByteCount / Self.blockPositions }

    /// Blocks that were taken from the driver, in use or not.
    package var allocatedBlockCount: Int {
        slabs.reduce(0) { $0 + $1.count / blockByteCount }
    }

    /// Takes blocks until `slot` has room for `positions`.
    ///
    /// - Parameter exchange: of a step, which waits for nothing; a prompt has none.
    /// - Throws: ``ComputeError/gpuOutOfMemory(byteCount:available:)``; nothing is lost by it.
    func reserve(
        slot: Int, positions: Int, by exchange: StepExchange? = nil
    ) throws(ComputeError) {
        let needed = (positions + Self.blockPositions - 1) / Self.blockPositions
        let first = held[slot].count
        guard needed > first else { return }
        do {
            while held[slot].count < needed {
                if spare.isEmpty { try addSlab() }
                held[slot].append(spare.removeLast())
            }
            try tell(Array(held[slot][first...]), slot: slot, first: first, by: exchange)
        } catch {
            // The table does not know these yet.
            spare += held[slot][first...]
            held[slot].removeSubrange(first...)
            throw error
        }
    }

    private func tell(
        _ added: [cu_pointer], slot: Int, first: Int, by exchange: StepExchange?
    ) throws(ComputeError) {
        let address = table.address + UInt64(8 * (slot * blocksPerSlot + first))
        if let exchange, added.count == 1 {
            return try unsafe exchange.send(added[0], to: address, on: session.stream)
        }
        let outcome = unsafe added.withUnsafeBytes { bytes in
            Result { () throws(ComputeError) in try unsafe session.upload(bytes, to: address) }
        }
        try outcome.get()
    }

    private func addSlab() throws(ComputeError) {
        var made: DeviceBytes?
        do {
            made = try session.allocate(Self.slabBlocks * blockByteCount)
        } catch {
            made = try session.allocate(blockByteCount)
        }
        guard let made else { return }
        slabs.append(made)
        spare += stride(from: 0, to: made.count, by: blockByteCount).map {
            made.address + UInt64($0)
        }
    }

    /// Kernels that were asked for before still read them; those that come later wait for these.
    package override func discard(slot: Int) {
        spare += held[slot].reversed()
        held[slot] = []
    }

    func kernelValue(layer: Int) -> cu_cache {
        precondition((0..<layout.layers).contains(layer))
        return cu_cache(
            blocks: table.address, blocksPerSlot: Int32(blocksPerSlot), layer: Int32(layer),
            heads: Int32(layout.keyValueHeads), headDim: Int32(layout.headDim))
    }
}
