import CCUDA
import Glibc

/// One GPU's context, stream and kernels. Work is done in the order in which it is asked for.
// Safety: used by one thread at a time: whoever owns the backend makes its calls one after the other.
@safe final class CUDASession: @unchecked Sendable {
    let device: CUDADevice
    let driver: cu_driver
    let context: CUDAContext
    let stream: cu_stream
    private let module: cu_module
    private var functions: [String: cu_function]
    /// Dynamic shared memory that functions were given leave for, beyond what all may have.
    private var sharedByteCounts: [String: Int] = [:]
    private var scratch: [Scratch: DeviceBytes] = [:]
    /// What was copied last to memory of that name.
    private var tables: [Scratch: [Int32]] = [:]

    /// Memory of one operation, which the next one may overwrite.
    enum Scratch: Hashable {
        case operands, rowScales, queries, packed, upload, partial, arrived, candidates
        case choices, slots, positions, tiles, ids, stepTables
    }

    /// Whether the card may read this process's memory after a copy from it was asked for.
    private let readsPageableMemory: Bool
    /// While a step is recorded nothing may be copied in or allocated: a replay would find it gone.
    fileprivate(set) var isRecording = false
    /// The decode step that is being done.
    var currentStep: CUDAStep?
    private let recordings: CUDARecordings
    /// Whether a kernel may begin while the one before it ends; each waits before it reads.
    private var mayOverlap: Bool
    /// Weights were written: products load them before they wait for the kernel before them, so the next one may not overlap.
    var wroteWeights = false

    init(
        device: CUDADevice, libraries: CUDALibraries, cacheFolder: String?
    ) throws(ComputeError) {
        self.device = device
        let driver = libraries.driver
        self.driver = driver
        context = try CUDAContext(device, driver)
        recordings = CUDARecordings(context)
        mayOverlap = device.capability.major >= 9
        var readsPageable: Int32 = 0
        try driver.check(
            unsafe driver.cuDeviceGetAttribute(
                &readsPageable, Int32(CU_DEVICE_PAGEABLE_MEMORY_ACCESS), cu_device(device.index)),
            "attribute")
        readsPageableMemory = readsPageable != 0
        try context.makeCurrent()
        var stream: cu_stream?
        try driver.check(
            unsafe driver.cuStreamCreate(&stream, UInt32(CU_STREAM_NON_BLOCKING)), "stream")
        guard let stream = unsafe stream else {
            throw .gpuFailed(operation: "stream", reason: "none was made")
        }
        unsafe self.stream = stream
        // Kernels that were kept may be of another compiler, too new for this driver.
        let (cache, card) = (KernelCache(folder: cacheFolder), device.capability)
        func load(isAnew: Bool) throws(ComputeError) -> (module: cu_module?, result: cu_result) {
            let code = try cache.code(for: card, isAnew: isAnew) { () throws(ComputeError) in
                try libraries.compiler(card).compile(for: card)
            }
            var module: cu_module?
            // Safety: the driver copies the code.
            let result = unsafe code.withUnsafeBytes {
                unsafe driver.cuModuleLoadData(&module, $0.baseAddress)
            }
            return unsafe (module, result)
        }
        var loaded = try unsafe load(isAnew: false)
        if unsafe loaded.result != CU_SUCCESS { unsafe loaded = try load(isAnew: true) }
        guard unsafe loaded.result == CU_SUCCESS, let module = unsafe loaded.module else {
            let text = unsafe driver.text(of: loaded.result)
            throw .gpuKernels(
                reason: "The driver does not take them: \(text). A newer driver may.")
        }
        unsafe self.module = module
        unsafe functions = [:]
    }

    deinit {
        scratch = [:]
        // Safety: nobody else knows them, and all that was asked for is done.
        try? context.makeCurrent()
        _ = unsafe driver.cuStreamSynchronize(stream)
        recordings.forget()
        _ = unsafe driver.cuModuleUnload(module)
        _ = unsafe driver.cuStreamDestroy_v2(stream)
    }

    /// Bytes of the GPU's memory that are free.
    var availableByteCount: Int {
        var (available, total) = (0, 0)
        // Safety: two numbers are written.
        guard (try? context.makeCurrent()) != nil,
            unsafe driver.cuMemGetInfo_v2(&available, &total) == CU_SUCCESS
        else { return 0 }
        return available
    }

    // MARK: Memory

    /// Bytes whose content is undefined.
    func allocate(_ byteCount: Int) throws(ComputeError) -> DeviceBytes {
        try expectNoRecording()
        try context.makeCurrent()
        var address: cu_pointer = 0
        // Safety: the driver writes one address.
        let result = unsafe driver.cuMemAlloc_v2(&address, max(16, byteCount))
        guard result != CU_OUT_OF_MEMORY else {
            throw .gpuOutOfMemory(byteCount: byteCount, available: availableByteCount)
        }
        try driver.check(result, "allocation")
        return DeviceBytes(address: address, count: byteCount, in: context)
    }

    /// At least so many bytes under a name, kept from call to call.
    func scratch(_ name: Scratch, _ byteCount: Int) throws(ComputeError) -> cu_pointer {
        if let kept = scratch[name], kept.count >= byteCount { return kept.address }
        scratch[name] = nil
        tables[name] = nil
        let made = try allocate(byteCount)
        scratch[name] = made
        // The counters of arrivals start at zero, and every kernel leaves them so.
        if name == .arrived { try fill(made.address, count: byteCount, with: 0) }
        return made.address
    }

    /// Gives memory under a name back, until it is asked for again.
    func giveBack(_ name: Scratch) {
        scratch[name] = nil
        tables[name] = nil
    }

    func fill(_ address: cu_pointer, count: Int, with value: UInt8) throws(ComputeError) {
        guard count > 0 else { return }
        try context.makeCurrent()
        try driver.check(unsafe driver.cuMemsetD8Async(address, value, count, stream), "fill")
    }

    /// Copies in; the bytes may change as soon as this returns.
    func upload(_ bytes: UnsafeRawBufferPointer, to address: cu_pointer) throws(ComputeError) {
        guard unsafe !bytes.isEmpty else { return }
        try expectNoRecording()
        try context.makeCurrent()
        // Safety: most drivers stage the bytes before they return; where the card reads them itself, it is waited for.
        try driver.check(
            unsafe driver.cuMemcpyHtoDAsync_v2(address, bytes.baseAddress, bytes.count, stream),
            "copy to the GPU")
        if readsPageableMemory { try synchronize() }
    }

    /// Copies a table in under a name of its own; not again where it is there already, as for all layers of a prompt.
    func upload(_ values: [Int32], _ name: Scratch) throws(ComputeError) -> cu_pointer {
        let address = try scratch(name, 4 * values.count)
        // What is recorded must not rely on a table that others will write.
        guard isRecording || tables[name] != values else { return address }
        tables[name] = nil
        // Typed throws do not pass through the library's closures.
        let outcome = unsafe values.withUnsafeBytes { bytes in
            Result { () throws(ComputeError) in try unsafe upload(bytes, to: address) }
        }
        try outcome.get()
        tables[name] = values
        return address
    }

    /// Waits for all that was asked for and copies out.
    func download<Value: BitwiseCopyable>(
        _ count: Int, from address: cu_pointer, filling value: Value
    ) throws(ComputeError) -> [Value] {
        try context.makeCurrent()
        var values = [Value](repeating: value, count: count)
        // Safety: as many bytes as the array has, which stays where it is until the copy is done.
        let result = unsafe values.withUnsafeMutableBytes {
            let asked = unsafe driver.cuMemcpyDtoHAsync_v2(
                $0.baseAddress, address, $0.count, stream)
            let done = unsafe driver.cuStreamSynchronize(stream)
            return asked == CU_SUCCESS ? done : asked
        }
        try driver.check(result, "copy from the GPU")
        return values
    }

    func copy(_ target: cu_pointer, _ source: cu_pointer, byteCount: Int) throws(ComputeError) {
        guard byteCount > 0 else { return }
        try context.makeCurrent()
        try driver.check(
            unsafe driver.cuMemcpyDtoDAsync_v2(target, source, byteCount, stream), "copy")
    }

    /// Does a decode step, or replays it.
    func replay(
        _ key: CUDARecordings.Key, _ work: () throws(ComputeError) -> Void
    ) throws(ComputeError) {
        try context.makeCurrent()
        func record() -> CUDARecordings.Outcome {
            isRecording = true
            defer { isRecording = false }
            return unsafe recordings.record(key, on: stream, work)
        }
        switch recordings.state(of: key) {
        case .recorded: break
        case .impossible: return try work()
        case .new:
            // Once unrecorded, so that all memory is there.
            try work()
            return recordings.note(key)
        case .seen:
            var outcome = record()
            if outcome == .refused, mayOverlap {
                // Drivers before CUDA 12.3 record no kernels that may overlap.
                mayOverlap = false
                outcome = record()
                mayOverlap = outcome == .refused
            }
            if outcome == .refused { recordings.giveUp() }
            guard outcome == .made else { return try work() }
        }
        guard try unsafe recordings.launch(key, on: stream) else { return try work() }
    }

    private func expectNoRecording() throws(ComputeError) {
        if isRecording { throw .gpuFailed(operation: "recording", reason: "it needs memory") }
    }

    func synchronize() throws(ComputeError) {
        try context.makeCurrent()
        try driver.check(unsafe driver.cuStreamSynchronize(stream), "work")
    }

    // MARK: Kernels

    /// Starts a kernel.
    ///
    /// - Parameters:
    ///   - grid: blocks; nothing is done where one of them is 0.
    ///   - sharedByteCount: of dynamic shared memory.
    ///   - arguments: the kernel's parameters, in order, of the same layout.
    func launch<each Argument: BitwiseCopyable>(
        _ name: String, grid: (Int, Int), threads: Int, sharedByteCount: Int = 0,
        _ arguments: repeat each Argument
    ) throws(ComputeError) {
        guard grid.0 > 0, grid.1 > 0 else { return }
        try context.makeCurrent()
        let function = try unsafe function(name, sharedByteCount)
        var bytes: [UInt8] = []
        var offsets: [Int] = []
        for argument in repeat each arguments {
            while bytes.count % 8 != 0 { bytes.append(0) }
            offsets.append(bytes.count)
            unsafe withUnsafeBytes(of: argument) { unsafe bytes.append(contentsOf: $0) }
        }
        var attribute = cu_launch_attribute()
        attribute.id = Int32(CU_LAUNCH_PROGRAMMATIC_SERIALIZATION)
        attribute.value.0 = 1
        let result = unsafe bytes.withUnsafeMutableBytes { buffer in
            // Safety: every offset lies inside the buffer, which outlives the call; the driver copies it.
            var pointers = unsafe offsets.map { unsafe buffer.baseAddress?.advanced(by: $0) }
            return unsafe withUnsafeMutablePointer(to: &attribute) { attribute in
                var configuration = unsafe cu_launch_config(
                    gridX: UInt32(grid.0), gridY: UInt32(grid.1), gridZ: 1, blockX: UInt32(threads),
                    blockY: 1, blockZ: 1, sharedBytes: UInt32(sharedByteCount), stream: stream,
                    attributes: attribute, attributeCount: mayOverlap && !wroteWeights ? 1 : 0)
                return unsafe driver.cuLaunchKernelEx(&configuration, function, &pointers, nil)
            }
        }
        try driver.check(result, name)
        wroteWeights = false
    }

    private func function(
        _ name: String, _ sharedByteCount: Int
    ) throws(ComputeError) -> cu_function {
        let function = try unsafe function(named: name)
        if sharedByteCount > sharedByteCounts[name, default: 32 << 10] {
            try driver.check(
                unsafe driver.cuFuncSetAttribute(
                    function, Int32(CU_FUNCTION_DYNAMIC_SHARED_BYTES), Int32(sharedByteCount)), name
            )
            sharedByteCounts[name] = sharedByteCount
        }
        return unsafe function
    }

    private func function(named name: String) throws(ComputeError) -> cu_function {
        if let kept = unsafe functions[name] { return unsafe kept }
        var found: cu_function?
        try driver.check(unsafe driver.cuModuleGetFunction(&found, module, name), name)
        guard let found = unsafe found else {
            throw .gpuFailed(operation: name, reason: "there is no such kernel")
        }
        unsafe functions[name] = found
        return unsafe found
    }
}

/// A GPU's context, kept while anything in it lives.
// Safety: the driver may be called from any thread; the count belongs to the session's thread.
@safe final class CUDAContext: @unchecked Sendable {
    let driver: cu_driver
    /// How often memory was given back.
    fileprivate(set) var frees = 0
    private let context: cu_context
    private let device: CUDADevice

    init(_ device: CUDADevice, _ driver: cu_driver) throws(ComputeError) {
        var context: cu_context?
        // Safety: the driver writes one handle.
        try driver.check(
            unsafe driver.cuDevicePrimaryCtxRetain(&context, cu_device(device.index)), "context")
        guard let context = unsafe context else {
            throw .gpuFailed(operation: "context", reason: "none was made")
        }
        self.driver = driver
        unsafe self.context = context
        self.device = device
    }

    deinit {
        _ = driver.cuDevicePrimaryCtxRelease_v2(cu_device(device.index))
    }

    /// Makes it the calling thread's.
    func makeCurrent() throws(ComputeError) {
        try driver.check(unsafe driver.cuCtxSetCurrent(context), "context")
    }
}

/// Memory of a GPU, given back with this object.
final class DeviceBytes {
    let address: cu_pointer
    let count: Int
    private let context: CUDAContext

    init(address: cu_pointer, count: Int, in context: CUDAContext) {
        self.address = address
        self.count = count
        self.context = context
    }

    deinit {
        // Safety: waits until nothing uses it; a failure leaves memory to the end of the process.
        try? context.makeCurrent()
        _ = context.driver.cuMemFree_v2(address)
        context.frees += 1
    }
}
