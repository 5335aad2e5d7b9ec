import Synchronization

/// Whose work a request is: a recording, say. Requests of one job share a turn.
package struct JobID: Hashable, Sendable {
    private static let last = Atomic<Int>(0)
    private let number: Int

    /// A new job.
    package init() {
        number = Self.last.wrappingAdd(1, ordering: .relaxed).newValue
    }
}

/// Decides which of the waiting requests starts, and when.
struct Admission {
    /// Cache positions that the running sequences may reserve together.
    let budget: Int

    /// The oldest request of the job that has the fewest sequences running: a short job starts with the
    /// next free slot, however many chunks of a long recording wait before it.
    ///
    /// - Parameters:
    ///   - waiting: the job of each waiting request, oldest first.
    ///   - running: the job of each running sequence.
    /// - Returns: an index of `waiting`.
    static func next(of waiting: [JobID], running: [JobID]) -> Int? {
        let counts = running.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        // `min` takes the first of equals.
        return waiting.indices.min { left, right in
            counts[waiting[left], default: 0] < counts[waiting[right], default: 0]
        }
    }

    /// Whether a sequence may start beside those that run. One always may.
    ///
    /// - Parameters:
    ///   - tokens: positions that it reserves: its prompt and its token limit.
    ///   - reserved: positions that each of the running sequences has reserved.
    func admits(_ tokens: Int, beside reserved: [Int]) -> Bool {
        reserved.isEmpty || reserved.reduce(tokens, +) <= budget
    }
}
