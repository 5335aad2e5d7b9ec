/// Who may use the engine: a few at once, one of each sitting; the others wait in order.
///
/// The engine does the work of several in one batch, but each one in it makes the others slower.
actor WorkQueue {
    private struct Waiting {
        let id: String
        let sitting: String
        let continuation: CheckedContinuation<Bool, Never>
    }

    private let limit: Int
    private var waiting: [Waiting] = []
    private var running: [String: String] = [:]
    private let onChange: @Sendable () async -> Void

    /// - Parameters:
    ///   - limit: how many may work at once.
    ///   - onChange: called when ``waitingIDs`` are others.
    init(limit: Int, onChange: @escaping @Sendable () async -> Void) {
        self.limit = limit
        self.onChange = onChange
    }

    /// Those that wait, the next one first.
    var waitingIDs: [String] { waiting.map(\.id) }
    var runningCount: Int { running.count }

    /// Waits for a turn.
    ///
    /// - Returns: whether it came; `false` if it was given up.
    func enter(_ id: String, of sitting: String) async -> Bool {
        let isGranted = await withCheckedContinuation { continuation in
            waiting.append(Waiting(id: id, sitting: sitting, continuation: continuation))
            grant()
            if waiting.last?.id == id { Task { await onChange() } }
        }
        await onChange()
        return isGranted
    }

    /// Ends a turn, or gives up waiting for one.
    func leave(_ id: String) async {
        if let index = waiting.firstIndex(where: { $0.id == id }) {
            waiting.remove(at: index).continuation.resume(returning: false)
        }
        running[id] = nil
        grant()
        await onChange()
    }

    /// Puts one that waits before another of the same sitting, or behind all of them.
    func move(_ id: String, before other: String?) async {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
        let moved = waiting.remove(at: index)
        let place = other.flatMap { other in waiting.firstIndex { $0.id == other } }
        waiting.insert(moved, at: place ?? waiting.count)
        await onChange()
    }

    private func grant() {
        while running.count < limit,
            let index = waiting.firstIndex(where: { !running.values.contains($0.sitting) })
        {
            let next = waiting.remove(at: index)
            running[next.id] = next.sitting
            next.continuation.resume(returning: true)
        }
    }
}
