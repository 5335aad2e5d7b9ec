import CKernels

/// The kernels of one instruction set.
///
/// All sets give results within rounding of each other; one set gives the same bits at every thread
/// count.
@safe package struct KernelSet: @unchecked Sendable, CustomStringConvertible {
    // Safety: points to a constant table of the program.
    let table: UnsafePointer<ck_kernels>

    /// The sets that this machine runs, slowest first: `portable`, `avx2`, `avx512`.
    package static let all: [KernelSet] = (0..<max(1, ck_level_count())).map {
        unsafe KernelSet(table: ck_level($0))
    }

    /// The fastest set, or the one that `SOTTO_CPU` names.
    package static func best(environment: [String: String] = [:]) -> KernelSet {
        let named = environment["SOTTO_CPU"].flatMap { name in
            all.first { $0.description == name }
        }
        return named ?? all[all.count - 1]
    }

    package var description: String { unsafe String(cString: table.pointee.name) }
}
