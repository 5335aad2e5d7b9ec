import CKernels

/// The threads that share a backend's loops.
// Safety: a loop has the pool to itself; the C side locks out other callers.
@safe package final class ThreadPool: @unchecked Sendable {
    let pool: OpaquePointer

    /// - Parameter threads: the caller included; 1 or more.
    package init(threads: Int) throws(ComputeError) {
        guard let made = unsafe ck_pool_create(Int32(clamping: max(1, threads))) else {
            throw .outOfMemory(byteCount: MemoryLayout<Int>.stride)
        }
        unsafe pool = made
    }

    deinit {
        unsafe ck_pool_destroy(pool)
    }

    /// How many threads there are; fewer than asked for where the system refused some.
    package var threadCount: Int { Int(unsafe ck_pool_threads(pool)) }

    /// As many threads as this process may run at once.
    package static var availableThreadCount: Int { Int(ck_available_threads()) }
}
