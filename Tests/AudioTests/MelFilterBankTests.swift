@testable import Audio
import TestSupport
import Testing

@Suite struct MelFilterBankTests {
    @Test func `the filters are the library's`() throws {
        let golden = try #require(try Fixtures.tensors("frontend/mel.safetensors")["mel_filters"])
        var dense = [Float](repeating: 0, count: 201 * 128)
        for (index, filter) in MelFilterBank.filters.enumerated() {
            for (offset, weight) in filter.weights.enumerated() {
                dense[(filter.firstBin + offset) * 128 + index] = weight
            }
        }
        #expect(largestDifference(dense, golden) <= 1e-6)
        #expect(dense.count { $0 > 0 } == golden.count { $0 > 0 })
    }
}
