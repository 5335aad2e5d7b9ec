import Glibc

/// Zeroed, page-aligned memory of this process. Untouched pages cost nothing.
@safe package final class HostMemory: DeviceMemory {
    // Safety: owned by this object alone, from `init` until `deinit`.
    private let base: UnsafeMutableRawPointer
    private let byteCount: Int

    /// - Parameter isSparse: most of it will stay untouched: pages are small, so that touching a value
    ///   takes 4 KiB (or what the machine's page is) and not 2 MiB.
    package init(count: Int, isSparse: Bool = false) throws(ComputeError) {
        byteCount = max(1, count) * MemoryLayout<Float>.stride
        let found = unsafe mmap(
            nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
            0)
        guard let found = unsafe found, unsafe found != MAP_FAILED else {
            throw .outOfMemory(byteCount: byteCount)
        }
        unsafe base = found
        // A refusal costs memory and nothing else.
        if isSparse { _ = unsafe madvise(found, byteCount, MADV_NOHUGEPAGE) }
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

    /// Gives back the pages that lie inside `range` as a whole; their values are 0 after that.
    override package func discard(_ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= capacity)
        let (page, stride) = (Int(sysconf(Int32(_SC_PAGESIZE))), MemoryLayout<Float>.stride)
        let first = (range.lowerBound * stride + page - 1) / page * page
        let end = range.upperBound * stride / page * page
        guard first < end else { return }
        // Safety: whole pages of this memory, which nobody else owns.
        unsafe madvise(base + first, end - first, MADV_DONTNEED)
    }

    /// The values; valid while this object lives.
    var pointer: UnsafeMutablePointer<Float> {
        // Safety: `mmap` aligns to pages, and `init` sized the block for `capacity` values.
        unsafe base.assumingMemoryBound(to: Float.self)
    }
}

extension KeyValueCache {
    /// A cache of this process, whose pages are taken as positions are filled.
    convenience init(inHostMemory layout: CacheLayout) throws(ComputeError) {
        func make() throws(ComputeError) -> Tensor {
            Tensor(
                memory: try HostMemory(count: layout.count, isSparse: true),
                shape: Shape(layout.count))
        }
        self.init(layout: layout, keys: try make(), values: try make())
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
