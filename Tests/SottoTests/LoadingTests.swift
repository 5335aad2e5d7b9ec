import Foundation
@testable import Sotto
import Synchronization
import TestSupport
import Testing

/// A model that is loaded and let go.
@Suite struct LoadingTests {
    @Test func `loading tells how far it is, in bytes of the checkpoint`() throws {
        let told = Mutex<[(Int, Int)]>([])
        let model = InstalledModel(folder: Fixtures.demoModel.path)
        let transcriber = try Transcriber(model: model, threads: 1) { done, total in
            told.withLock { $0.append((done, total)) }
        }
        let found = told.withLock { $0 }
        #expect(transcriber.deviceName == "cpu")
        let total = try #require(found.first?.1)
        // Its header is not weights.
        #expect(total > model.byteCount * 9 / 10 && total < model.byteCount)
        #expect(found.allSatisfy { $0.1 == total && $0.0 <= total })
        #expect(found.map(\.0) == found.map(\.0).sorted())
        #expect(found.first?.0 == 0)
        #expect(found.last?.0 == total)
        #expect(found.count > 10)
        // What it told before the end was nearly all.
        #expect(found[found.count - 2].0 > total * 9 / 10)
    }

    @Test func `a dropped transcriber is gone, even after work`() async throws {
        weak var kept: Transcriber?
        do {
            let transcriber = try Transcriber(
                model: InstalledModel(folder: Fixtures.demoModel.path), threads: 1)
            kept = transcriber
            let path = Fixtures.demoModel.appending(path: "samples/consultation.wav").path
            for try await _ in transcriber.transcribe(path: path) {}
        }
        for _ in 0..<100 where kept != nil { try await Task.sleep(for: .milliseconds(20)) }
        #expect(kept == nil)
        returnFreedMemory()
    }
}
