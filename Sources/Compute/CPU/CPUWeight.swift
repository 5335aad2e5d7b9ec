import CKernels

/// A weight where it lies in the checkpoint; vectors (norm gains, biases) also as `Float`.
@safe final class CPUWeight: Weight {
    // Spelled out because the compiler takes the inherited one for a recursion.
    @available(*, unavailable) override init(rows: Int, columns: Int) { preconditionFailure() }

    // Safety: the pointers lead into `parts`, which live as long as this object.
    private let matrix: ck_matrix
    private let parts: [StoredTensor]
    private let floats: HostMemory?

    init(_ stored: [StoredTensor]) throws(ComputeError) {
        var parts: [StoredTensor] = []
        for part in stored {
            parts.append(part.elementType == .float16 ? try part.widened() : part)
        }
        let columns = parts[0].columns
        let rows = parts.reduce(0) { $0 + $1.rows }
        precondition(parts.count <= 4 && parts.allSatisfy { $0.columns == columns })
        precondition(parts.allSatisfy { $0.elementType == parts[0].elementType })
        var matrix = ck_matrix()
        matrix.rows = Int32(rows)
        matrix.columns = Int32(columns)
        matrix.partCount = Int32(parts.count)
        matrix.type = parts[0].elementType == .bfloat16 ? CK_BFLOAT16 : CK_FLOAT32
        unsafe withUnsafeMutablePointer(to: &matrix.parts.0) { pointers in
            for (index, part) in parts.enumerated() { unsafe pointers[index] = part.start }
        }
        unsafe withUnsafeMutablePointer(to: &matrix.partRows.0) { counts in
            for (index, part) in parts.enumerated() { unsafe counts[index] = Int32(part.rows) }
        }
        self.matrix = matrix
        self.parts = parts
        let isVector = parts.allSatisfy { $0.extents.count == 1 }
        if isVector {
            let values = parts.flatMap { $0.floats() }
            let memory = try HostMemory(count: values.count)
            // Safety: the memory was made for as many values.
            unsafe memory.pointer.update(from: values, count: values.count)
            floats = memory
        } else {
            floats = nil
        }
        super.init(
            rows: isVector ? 1 : rows,
            columns: isVector ? parts.reduce(0) { $0 + $1.count } : columns)
    }

    func lend<Result>(_ body: (UnsafePointer<ck_matrix>) -> Result) -> Result {
        // Safety: the pointer does not leave `body`.
        unsafe withUnsafePointer(to: matrix) { unsafe body($0) }
    }

    var vector: UnsafePointer<Float> {
        guard let floats else { preconditionFailure("a matrix where a vector is needed") }
        return unsafe UnsafePointer(floats.pointer)
    }
}

extension Weight {
    private var cpu: CPUWeight {
        guard let weight = self as? CPUWeight else {
            preconditionFailure("a weight of another device")
        }
        return weight
    }

    /// Lends the matrix to a kernel.
    func withMatrix<Result>(_ body: (UnsafePointer<ck_matrix>) -> Result) -> Result {
        unsafe cpu.lend(body)
    }

    /// The values of a norm's gain or a bias; valid while the weight lives.
    func vector(count: Int) -> UnsafePointer<Float> {
        precondition(columns == count && rows == 1)
        return unsafe cpu.vector
    }
}
