import ServiceLifecycle

/// Removes what nobody looks at any more, and ends event streams when the server goes down.
struct Housekeeping: Service {
    let store: JobStore

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(30))
                await store.sweep()
            }
        }
        await store.finish()
    }
}
