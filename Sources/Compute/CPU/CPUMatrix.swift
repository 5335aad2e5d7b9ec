import CKernels

/// A weight where it lies in the checkpoint; vectors (norm gains, biases) as `Float` instead.
@safe final class CPUMatrix {
    // Safety: the pointers lead into `parts` and `floats`, which live as long as this object.
    private let matrix: ck_matrix
    private let parts: [StoredTensor]
    private let floats: HostMemory?

    init(_ stored: [StoredTensor]) throws(ComputeError) {
        var parts: [StoredTensor] = []
        for part in stored {
            parts.append(part.elementType == .float16 ? try part.widened() : part)
        }
        self.parts = parts
        guard parts[0].extents.count > 1 else {
            matrix = ck_matrix()
            floats = try HostMemory(values: parts.flatMap { $0.floats() })
            return
        }
        precondition(parts.count <= 4)
        precondition(parts.allSatisfy { $0.elementType == parts[0].elementType })
        func part(_ index: Int) -> UnsafeRawPointer? {
            index < parts.count ? unsafe parts[index].start : nil
        }
        func rows(_ index: Int) -> Int32 {
            index < parts.count ? Int32(parts[index].rows) : 0
        }
        matrix = unsafe ck_matrix(
            parts: (part(0), part(1), part(2), part(3)),
            partRows: (rows(0), rows(1), rows(2), rows(3)), partCount: Int32(parts.count),
            rows: Int32(parts.reduce(0) { $0 + $1.rows }), columns: Int32(parts[0].columns),
            type: parts[0].elementType == .bfloat16 ? CK_BFLOAT16 : CK_FLOAT32)
        floats = nil
    }

    /// Lends the matrix to a kernel.
    func lend<Result>(_ body: (UnsafePointer<ck_matrix>) -> Result) -> Result {
        precondition(floats == nil)
        // Safety: the pointer does not leave `body`.
        return unsafe withUnsafePointer(to: matrix) { unsafe body($0) }
    }

    /// The values of a vector; valid while this object lives.
    var vector: UnsafePointer<Float> {
        guard let floats else { preconditionFailure("a matrix where a vector is needed") }
        return unsafe UnsafePointer(floats.pointer)
    }
}

extension Weight {
    private var cpu: CPUMatrix {
        guard let matrix = storage as? CPUMatrix else {
            preconditionFailure("a weight of another device")
        }
        return matrix
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
