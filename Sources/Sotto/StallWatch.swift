import Synchronization

/// Notices that the model gives no sign of life. A machine that sleeps does not count.
final class StallWatch: Sendable {
    /// Since when somebody waits for the model; `nil` while nobody does.
    private let waitingSince = Mutex<SuspendingClock.Instant?>(nil)
    private let hasFired = Mutex(false)

    /// Somebody begins to wait, or has heard from it.
    func wait() {
        waitingSince.withLock { $0 = .now }
    }

    /// Nobody waits any longer.
    func rest() {
        waitingSince.withLock { $0 = nil }
    }

    /// Does some work, and gives it up where it waits for too long.
    ///
    /// - Throws: ``SottoError`` with the code `engine_stalled`; what the work throws.
    func run<Result: Sendable>(
        limit: Duration, _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        let task = Task { try await work() }
        let watch = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: limit / 10)
                let since = waitingSince.withLock { $0 }
                guard let since, .now - since > limit else { continue }
                hasFired.withLock { $0 = true }
                return task.cancel()
            }
        }
        defer { watch.cancel() }
        do {
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            guard hasFired.withLock({ $0 }) else { throw error }
            throw SottoError(
                .resources, "engine_stalled",
                "The model gave no sign of life for \(hundredths(limit.seconds)) s. Restart the machine "
                    + "if other programs hang too, and try again.")
        }
    }
}
