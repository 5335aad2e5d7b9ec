import CKernels

/// The kernels of one instruction set.
///
/// All sets give results within rounding of each other; one set gives the same bits at every thread
/// count.
// Safety: points to a constant table of the program.
@safe package struct KernelSet: @unchecked Sendable, CustomStringConvertible {
    let table: UnsafePointer<ck_kernels>

    /// The sets that this machine runs, slowest first: `portable`, `avx2`, `avx512`.
    package static let all: [KernelSet] = (0..<max(1, ck_level_count())).map {
        unsafe KernelSet(table: ck_level($0))
    }

    /// The set of a name, or else the fastest.
    package static func best(named name: String? = nil) -> KernelSet {
        all.first { $0.description == name } ?? all[all.count - 1]
    }

    package var description: String { unsafe String(cString: table.pointee.name) }
}
