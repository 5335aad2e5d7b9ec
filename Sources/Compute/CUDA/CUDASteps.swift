import CCUDA

/// The rows of a decode step, in tables that a recorded step finds where it left them.
struct CUDAStep {
    let runs: [TokenRun]
    let slots, positions: cu_pointer

    /// Spans of 64 positions that the grid of an attention has: by fours, so that a recording serves 256 positions.
    static func spans(of runs: [TokenRun]) -> Int {
        let longest = runs.map(\.firstPosition).max() ?? 0
        return (longest / 64 + 4) / 4 * 4
    }
}

/// Recorded steps, by what decides their kernels and grids.
@safe final class CUDARecordings {
    struct Key: Hashable {
        let rows, spans: Int
        let cache, embedded, logits: cu_pointer
    }

    private static let limit = 64
    private var recordings: [Key: cu_graph_exec]
    private var seen: Set<Key> = []
    /// The count of frees that the recordings know of: memory that was given back may be in them.
    private var frees = 0
    /// False once the driver has refused.
    private var isPossible = true
    private let context: CUDAContext

    init(_ context: CUDAContext) {
        self.context = context
        unsafe recordings = [:]
    }

    deinit { forget() }

    enum State {
        case new, seen, recorded, impossible
    }

    func state(of key: Key) -> State {
        // Each takes memory that no plan knows.
        if unsafe context.frees != frees || recordings.count > Self.limit { forget() }
        frees = context.frees
        if unsafe recordings[key] != nil { return .recorded }
        if !isPossible { return .impossible }
        return seen.contains(key) ? .seen : .new
    }

    /// Its work was done once.
    func note(_ key: Key) { seen.insert(key) }

    /// The driver records nothing.
    func giveUp() { isPossible = false }

    /// Replays a step.
    ///
    /// - Returns: false where there is no memory for it; recordings are given up then, as they take some.
    func launch(_ key: Key, on stream: cu_stream) throws(ComputeError) -> Bool {
        guard let recording = unsafe recordings[key] else { return false }
        let result = unsafe context.driver.cuGraphLaunch(recording, stream)
        if result == CU_OUT_OF_MEMORY {
            forget()
            return false
        }
        try context.driver.check(result, "step")
        return true
    }

    enum Outcome {
        case made, refused, noMemory
    }

    /// Records `work`, of which nothing is done.
    func record(
        _ key: Key, on stream: cu_stream, _ work: () throws(ComputeError) -> Void
    ) -> Outcome {
        let driver = context.driver
        // Safety: handles come from the driver and go back to it; what was begun is ended.
        guard
            unsafe driver.cuStreamBeginCapture_v2(stream, Int32(CU_CAPTURE_THREAD_LOCAL))
                == CU_SUCCESS
        else { return .refused }
        let isWhole = (try? work()) != nil
        var graph: cu_graph?
        let ended = unsafe driver.cuStreamEndCapture(stream, &graph)
        guard let captured = unsafe graph else { return .refused }
        defer { _ = unsafe driver.cuGraphDestroy(captured) }
        guard isWhole, ended == CU_SUCCESS else { return .refused }
        var recording: cu_graph_exec?
        let result = unsafe driver.cuGraphInstantiateWithFlags(&recording, captured, 0)
        if result == CU_OUT_OF_MEMORY {
            forget()
            return .noMemory
        }
        guard result == CU_SUCCESS, let recording = unsafe recording else { return .refused }
        unsafe recordings[key] = recording
        return .made
    }

    /// Gives all recordings up.
    func forget() {
        // Safety: the driver keeps each until its work is done.
        unsafe recordings.values.forEach { _ = unsafe context.driver.cuGraphExecDestroy($0) }
        unsafe recordings = [:]
        seen = []
    }
}

/// What a step takes from the host and gives back, in memory that the GPU reads and writes by itself: so nobody waits for a
/// step before the next one is begun.
@safe final class StepExchange {
    private let context: CUDAContext
    private let event: cu_event
    /// Three numbers a row, then its choice, then an address.
    private let memory: UnsafeMutableRawPointer
    private let rows: Int
    private var addressCount = 0

    init(rows: Int, _ context: CUDAContext) throws(ComputeError) {
        let driver = context.driver
        try context.makeCurrent()
        var event: cu_event?
        // Whoever waits sleeps: the next step is under way, so waking up late costs nothing, and a core is free.
        let flags = UInt32(CU_EVENT_DISABLE_TIMING | CU_EVENT_BLOCKING_SYNC)
        try driver.check(unsafe driver.cuEventCreate(&event, flags), "event")
        var memory: UnsafeMutableRawPointer?
        let byteCount = (12 + MemoryLayout<cu_choice>.stride + 8) * rows
        let made = unsafe driver.cuMemHostAlloc(&memory, byteCount, 0)
        guard let event = unsafe event else {
            throw .gpuFailed(operation: "event", reason: "none was made")
        }
        guard made == CU_SUCCESS, let memory = unsafe memory else {
            _ = unsafe driver.cuEventDestroy_v2(event)
            throw .gpuFailed(operation: "memory for copies", reason: driver.text(of: made))
        }
        self.context = context
        self.rows = rows
        unsafe self.event = event
        unsafe self.memory = memory
    }

    deinit {
        // Safety: nothing is under way once the event has come; nobody else knows them.
        try? context.makeCurrent()
        _ = unsafe context.driver.cuEventSynchronize(event)
        _ = unsafe context.driver.cuMemFreeHost(memory)
        _ = unsafe context.driver.cuEventDestroy_v2(event)
    }

    /// Waits until the step that used this memory last is done with it: it may have been given up unread.
    func begin() throws(ComputeError) {
        try wait()
        addressCount = 0
    }

    /// Copies an address in, at most one a row.
    func send(
        _ value: cu_pointer, to address: cu_pointer, on stream: cu_stream
    ) throws(ComputeError) {
        precondition(addressCount < rows)
        let place = unsafe memory + (12 + MemoryLayout<cu_choice>.stride) * rows + 8 * addressCount
        addressCount += 1
        unsafe place.storeBytes(of: value, as: cu_pointer.self)
        try unsafe copy(place, to: address, byteCount: 8, on: stream)
    }

    /// Copies tables of at most three numbers a row in.
    func send(
        _ values: [Int32], to address: cu_pointer, on stream: cu_stream
    ) throws(ComputeError) {
        precondition(values.count <= 3 * rows)
        // Safety: the memory has room for them.
        let target = unsafe UnsafeMutableRawBufferPointer(start: memory, count: 4 * values.count)
        unsafe values.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        try unsafe copy(memory, to: address, byteCount: 4 * values.count, on: stream)
    }

    private func copy(
        _ source: UnsafeMutableRawPointer, to address: cu_pointer, byteCount: Int,
        on stream: cu_stream
    ) throws(ComputeError) {
        let driver = context.driver
        try driver.check(
            unsafe driver.cuMemcpyHtoDAsync_v2(address, source, byteCount, stream),
            "copy to the GPU")
        // Should the step fail before it has an end.
        try driver.check(unsafe driver.cuEventRecord(event, stream), "event")
    }

    /// Copies choices out, as soon as they are there.
    func receive(
        _ count: Int, from address: cu_pointer, on stream: cu_stream
    ) throws(ComputeError) {
        precondition(count <= rows)
        let driver = context.driver
        try driver.check(
            unsafe driver.cuMemcpyDtoHAsync_v2(
                memory + 12 * rows, address, MemoryLayout<cu_choice>.stride * count, stream),
            "copy from the GPU")
        try driver.check(unsafe driver.cuEventRecord(event, stream), "event")
    }

    /// Waits for what ``receive(_:from:on:)`` asked for.
    func read(_ count: Int) throws(ComputeError) -> [TokenChoice] {
        try wait()
        // Safety: written by the copy that was waited for.
        let choices = unsafe (memory + 12 * rows).assumingMemoryBound(to: cu_choice.self)
        return (0..<count).map { unsafe TokenChoice(choices[$0]) }
    }

    private func wait() throws(ComputeError) {
        try context.makeCurrent()
        try context.driver.check(unsafe context.driver.cuEventSynchronize(event), "step")
    }
}

extension CUDABackend {
    /// Every size is a recording of its own.
    package func stepRows(_ count: Int) -> Int {
        [1, 2, 4, 8, 16, 32, 48, 64, 96].first { $0 >= count } ?? longestStep
    }

    package func step(
        ids: [Int32?], runs: [TokenRun], cache: KeyValueCache, embedding: Weight, rows: Tensor,
        logits: Tensor, _ work: () throws(ComputeError) -> Void
    ) throws(ComputeError) -> PendingChoices {
        guard let cache = cache as? CUDACache else {
            preconditionFailure("a cache of another device")
        }
        let count = runs.count
        precondition(ids.count == count && rows.shape.rows == count && logits.shape.rows == count)
        precondition(runs.allSatisfy { $0.count == 1 })
        precondition(ids.allSatisfy { ($0 ?? 0) >= 0 && ($0 ?? 0) < embedding.rows })
        let exchange = cache.nextExchange()
        try exchange.begin()
        for run in runs where run != .unused {
            try cache.reserve(
                slot: run.slot, positions: run.firstPosition + 1, by: exchange)
        }
        let tables = try session.scratch(.stepTables, 12 * longestStep)
        try unsafe exchange.send(
            ids.map { $0 ?? -1 } + runs.map { Int32($0.slot) }
                + runs.map { Int32($0.firstPosition) }, to: tables, on: session.stream)
        let step = CUDAStep(
            runs: runs, slots: tables + UInt64(4 * count), positions: tables + UInt64(8 * count))
        session.currentStep = step
        defer { session.currentStep = nil }
        let key = CUDARecordings.Key(
            rows: count, spans: CUDAStep.spans(of: runs), cache: cache.table.address,
            embedded: rows.cuda, logits: logits.cuda)
        try session.replay(key) { () throws(ComputeError) in
            try embed(
                rows, embedding, ids: tables, slots: step.slots, lastIDs: cache.lastIDs.address)
            try work()
            try choose(
                cache.choices.address, logits, slots: step.slots, lastIDs: cache.lastIDs.address)
        }
        try unsafe exchange.receive(count, from: cache.choices.address, on: session.stream)
        return PendingChoices { () throws(ComputeError) in try exchange.read(count) }
    }
}
