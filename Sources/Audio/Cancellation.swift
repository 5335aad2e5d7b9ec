import Synchronization

/// A word to work on another thread that nobody waits for it any more.
package final class Cancellation: Sendable {
    private let state = Atomic(false)

    package init() {}

    package var isCancelled: Bool { state.load(ordering: .relaxed) }

    package func cancel() {
        state.store(true, ordering: .relaxed)
    }
}
