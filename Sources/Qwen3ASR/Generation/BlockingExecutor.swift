import Dispatch

/// Runs an actor's work on a serial queue, so that long kernels keep no shared thread busy.
package final class BlockingExecutor: SerialExecutor {
    private let queue: DispatchQueue

    package init(label: String) {
        queue = DispatchQueue(label: label, qos: .userInitiated)
    }

    /// For the `unownedExecutor` of the actor that owns this executor.
    @safe package var unowned: UnownedSerialExecutor {
        // Safety: the executor lives as long as the actor that owns it.
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    package func asUnownedSerialExecutor() -> UnownedSerialExecutor { unowned }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async {
            // Safety: the job belongs to that actor and is run once.
            unsafe job.runSynchronously(on: self.unowned)
        }
    }

    package func checkIsolated() {
        dispatchPrecondition(condition: .onQueue(queue))
    }
}
