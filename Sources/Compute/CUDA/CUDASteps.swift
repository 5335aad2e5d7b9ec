import CCUDA

/// What a decode step works on, in tables that a recorded step finds where it left them.
struct CUDAStep {
    let ids: [Int32]
    let runs: [TokenRun]
    let idTable, slots, positions: cu_pointer

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
    }

    private static let limit = 48
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

    /// Does `work` the first time, so that all memory is there; records it the second time; and replays it from then on.
    func replay(
        _ key: Key, on stream: cu_stream, recording tell: (Bool) -> Void,
        _ work: () throws(ComputeError) -> Void
    ) throws(ComputeError) {
        // Each takes memory that no plan knows.
        if unsafe context.frees != frees || recordings.count > Self.limit { forget() }
        frees = context.frees
        let driver = context.driver
        if let recording = unsafe recordings[key] {
            return try driver.check(unsafe driver.cuGraphLaunch(recording, stream), "step")
        }
        guard isPossible, seen.contains(key) else {
            try work()
            seen.insert(key)
            return
        }
        tell(true)
        let made = unsafe record(on: stream, work)
        tell(false)
        guard let recording = unsafe made else {
            isPossible = false
            return try work()
        }
        unsafe recordings[key] = recording
        try driver.check(unsafe driver.cuGraphLaunch(recording, stream), "step")
    }

    /// A recording of `work`, of which nothing is done; `nil` where the driver cannot.
    private func record(
        on stream: cu_stream, _ work: () throws(ComputeError) -> Void
    ) -> cu_graph_exec? {
        let driver = context.driver
        // Safety: handles come from the driver and go back to it; what was begun is ended.
        guard
            unsafe driver.cuStreamBeginCapture_v2(stream, Int32(CU_CAPTURE_THREAD_LOCAL))
                == CU_SUCCESS
        else { return nil }
        let isWhole = (try? work()) != nil
        var graph: cu_graph?
        let ended = unsafe driver.cuStreamEndCapture(stream, &graph)
        guard let made = unsafe graph else { return nil }
        defer { _ = unsafe driver.cuGraphDestroy(made) }
        var recording: cu_graph_exec?
        guard isWhole, ended == CU_SUCCESS,
            unsafe driver.cuGraphInstantiateWithFlags(&recording, made, 0) == CU_SUCCESS
        else { return nil }
        return unsafe recording
    }

    /// Gives all recordings up.
    func forget() {
        // Safety: the driver keeps each until its work is done.
        unsafe recordings.values.forEach { _ = unsafe context.driver.cuGraphExecDestroy($0) }
        unsafe recordings = [:]
        seen = []
    }
}

extension CUDABackend {
    package func step(
        ids: [Int32], runs: [TokenRun], cache: KeyValueCache,
        _ work: () throws(ComputeError) -> Void
    ) throws(ComputeError) {
        guard let cache = cache as? CUDACache else {
            preconditionFailure("a cache of another device")
        }
        precondition(ids.count == runs.count && runs.allSatisfy { $0.count == 1 })
        for run in runs { try cache.reserve(slot: run.slot, positions: run.firstPosition + 1) }
        session.currentStep = CUDAStep(
            ids: ids, runs: runs, idTable: try session.upload(ids, .stepIDs),
            slots: try session.upload(runs.map { Int32($0.slot) }, .stepSlots),
            positions: try session.upload(runs.map { Int32($0.firstPosition) }, .stepPositions))
        defer { session.currentStep = nil }
        let key = CUDARecordings.Key(rows: runs.count, spans: CUDAStep.spans(of: runs))
        try session.replay(key, work)
    }
}
