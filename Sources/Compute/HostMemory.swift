import Glibc

/// Zeroed, page-aligned memory of this process. Untouched pages cost nothing.
@safe package final class HostMemory: DeviceMemory {
    // Safety: owned by this object alone, from `init` until `deinit`.
    private let base: UnsafeMutableRawPointer
    private let byteCount: Int

    package init(count: Int) throws(ComputeError) {
        byteCount = max(1, count) * MemoryLayout<Float>.stride
        let found = unsafe mmap(
            nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
            0)
        guard let found = unsafe found, unsafe found != MAP_FAILED else {
            throw .outOfMemory(byteCount: byteCount)
        }
        unsafe base = found
        super.init(capacity: count)
    }

    /// A copy of `values`.
    convenience init(values: [Float]) throws(ComputeError) {
        try self.init(count: values.count)
        // Safety: the memory was made for as many values.
        unsafe pointer.update(from: values, count: values.count)
    }

    deinit {
        unsafe munmap(base, byteCount)
    }

    /// The values; valid while this object lives.
    var pointer: UnsafeMutablePointer<Float> {
        // Safety: `mmap` aligns to pages, and `init` sized the block for `capacity` values.
        unsafe base.assumingMemoryBound(to: Float.self)
    }
}

extension Tensor {
    /// The first value of a tensor in host memory; valid while the tensor lives.
    var host: UnsafeMutablePointer<Float> {
        guard let memory = memory as? HostMemory else {
            preconditionFailure("a tensor of another device")
        }
        // Safety: `init` has checked that the view lies inside the memory.
        return unsafe memory.pointer + offset
    }

    /// A copy of the values of a tensor in host memory.
    var hostValues: [Float] {
        // Safety: `shape.count` values from `host` on lie inside the memory.
        unsafe Array(UnsafeBufferPointer(start: host, count: shape.count))
    }

    /// Overwrites a tensor in host memory.
    func fill(_ values: Span<Float>) {
        precondition(values.count == shape.count)
        // Safety: both sides hold exactly `count` values, and `values` is not this memory.
        unsafe values.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            unsafe host.update(from: start, count: source.count)
        }
    }
}
