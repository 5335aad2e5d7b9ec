import Testing

@testable import Compute

/// Memory that is taken as it is touched, and given back.
@Suite struct HostMemoryTests {
    @Test func `a discarded slot loses its pages and leaves its neighbours alone`() throws {
        // A head's keys in a slot are 64 KiB, whole pages on every machine.
        let layout = CacheLayout(layers: 2, slots: 3, capacity: 1024, keyValueHeads: 2, headDim: 16)
        let backend = try CPUBackend(threads: 1)
        let cache = try backend.makeCache(layout)
        let ones = [Float](repeating: 1, count: layout.count)
        backend.upload(ones.span, to: cache.keys)
        backend.upload(ones.span, to: cache.values)
        cache.discard(slot: 1)
        let slot = [Float](repeating: 1, count: layout.slotStride)
        let empty = [Float](repeating: 0, count: layout.slotStride)
        #expect(backend.download(cache.keys) == slot + empty + slot)
        #expect(backend.download(cache.values) == slot + empty + slot)
        #expect(layout.bytesPerPosition * 1024 == 2 * 4 * layout.slotStride)
    }

    @Test func `only whole pages are given back`() throws {
        let memory = try HostMemory(count: 100_000)
        let tensor = Tensor(memory: memory, shape: Shape(100_000))
        let ones = [Float](repeating: 1, count: 100_000)
        tensor.fill(ones.span)
        memory.discard(10..<20)
        memory.discard(5..<5)
        #expect(tensor.hostValues == ones)
        memory.discard(1..<99_999)
        let left = tensor.hostValues
        #expect(left[0] == 1 && left[99_999] == 1)
        #expect(left.contains(0))
    }

    @Test func `what is available is read from the system's files`() throws {
        let meminfo = "MemTotal: 24684084 kB\nMemFree: 1 kB\nMemAvailable:   23814032 kB\n"
        #expect(availableByteCount(meminfo: meminfo) == 23_814_032 * 1024)
        #expect(availableByteCount(meminfo: "MemTotal: 5 kB\n") == nil)
        #expect(
            controlGroupLimitFiles(cgroup: "4:memory:/a\n0::/user.slice/app.scope\n") == [
                "/sys/fs/cgroup/memory/memory.limit_in_bytes",
                "/sys/fs/cgroup/user.slice/app.scope/memory.max",
                "/sys/fs/cgroup/user.slice/memory.max",
                "/sys/fs/cgroup/memory.max",
            ])
        #expect(
            controlGroupLimitFiles(cgroup: "0::/\n") == [
                "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.max",
            ])
        let available = try #require(availableMemoryByteCount())
        #expect(available > 1 << 20)
    }
}
