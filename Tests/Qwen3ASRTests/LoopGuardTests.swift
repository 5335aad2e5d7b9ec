import Qwen3ASR
import Testing

/// When a row of tokens counts as a circle.
@Suite struct LoopGuardTests {
    /// Where the guard speaks, and what it says.
    private func firstAlarm(_ tokens: [Int32]) -> (count: Int, start: Int)? {
        var loopGuard = LoopGuard()
        for (index, token) in tokens.enumerated() {
            if let start = loopGuard.append(token) { return (index + 1, start) }
        }
        return nil
    }

    @Test(arguments: 1...8)
    func `a circle is noticed after 24 tokens and four for each of its size`(size: Int) {
        let before: [Int32] = [100, 101, 102]
        let circle = (0..<200).map { Int32($0 % size) }
        let alarm = firstAlarm(before + circle)
        #expect(alarm?.count == 3 + size + 24 + 4 * size)
        #expect(alarm?.start == 3 + size)
    }

    @Test func `what people repeat is no circle`() {
        #expect(firstAlarm([Int32](repeating: 7, count: 28)) == nil)
        #expect(firstAlarm((0..<48).map { Int32($0 % 5) } + (0..<50).map { Int32($0 % 6) }) == nil)
        // Nine tokens and more, again and again: a refrain.
        #expect(firstAlarm((0..<900).map { Int32($0 % 9) }) == nil)
    }

    @Test func `one other token begins the count anew`() {
        let run = [Int32](repeating: 7, count: 28)
        #expect(firstAlarm(run + [8] + run) == nil)
        #expect(firstAlarm(run + [8] + run + [7])?.count == 58)
    }

    @Test(arguments: 1...8)
    func `a circle can be broken after its third round`(size: Int) {
        var loopGuard = LoopGuard()
        for index in 0..<size + max(2 * size, 8) {
            #expect(loopGuard.continuation == nil)
            _ = loopGuard.append(Int32(index % size))
        }
        #expect(loopGuard.continuation == Int32((size + max(2 * size, 8)) % size))
        _ = loopGuard.append(99)
        #expect(loopGuard.continuation == nil)
    }
}
