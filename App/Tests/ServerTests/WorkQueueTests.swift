import Synchronization
import Testing

@testable import Server

@Suite struct WorkQueueTests {
    /// Waits until so many wait.
    private func settle(_ queue: WorkQueue, waiting count: Int) async throws {
        for _ in 0..<1000 where await queue.waitingIDs.count != count {
            try await Task.sleep(for: .milliseconds(1))
        }
        #expect(await queue.waitingIDs.count == count)
    }

    @Test func `one of each sitting works, and few in all`() async throws {
        let queue = WorkQueue(limit: 2) {}
        #expect(await queue.enter("a1", of: "a"))
        let second = Task { await queue.enter("a2", of: "a") }
        try await settle(queue, waiting: 1)
        // Another sitting passes the one that has its turn already.
        #expect(await queue.enter("b1", of: "b"))
        let third = Task { await queue.enter("c1", of: "c") }
        try await settle(queue, waiting: 2)
        #expect(await queue.runningCount == 2)
        await queue.leave("b1")
        #expect(await third.value)
        await queue.leave("a1")
        #expect(await second.value)
        #expect(await queue.waitingIDs.isEmpty)
    }

    @Test func `the order can be changed, and a wait given up`() async throws {
        let queue = WorkQueue(limit: 1) {}
        #expect(await queue.enter("now", of: "x"))
        let order = Order()
        var tasks: [Task<Bool, Never>] = []
        for (index, id) in ["1", "2", "3", "4"].enumerated() {
            let task = Task {
                let isMine = await queue.enter(id, of: id)
                if isMine {
                    order.append(id)
                    await queue.leave(id)
                }
                return isMine
            }
            tasks.append(task)
            try await settle(queue, waiting: index + 1)
        }
        await queue.move("4", before: "1")
        await queue.move("2", before: nil)
        #expect(await queue.waitingIDs == ["4", "1", "3", "2"])
        await queue.leave("3")
        await queue.leave("now")
        var answers: [Bool] = []
        for task in tasks { answers.append(await task.value) }
        #expect(answers == [true, true, false, true])
        #expect(order.all == ["4", "1", "2"])
    }
}

private final class Order: Sendable {
    private let ids = Mutex<[String]>([])
    var all: [String] { ids.withLock { $0 } }
    func append(_ id: String) { ids.withLock { $0.append(id) } }
}
