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

    /// The fastest set.
    package static var best: KernelSet { all[all.count - 1] }

    /// The set of a name, if this machine runs it.
    package static func named(_ name: String) -> KernelSet? {
        all.first { $0.description == name }
    }

    package var description: String { unsafe String(cString: table.pointee.name) }
}
