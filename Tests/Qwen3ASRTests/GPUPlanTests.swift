import Compute
import Testing

@testable import Qwen3ASR

/// Weights of the 1.7B model: 2.04 billion values; 112 KiB of keys and values a token.
@Suite struct GPUPlanTests {
    private let values = 2_040_000_000
    private let encoder = 318_000_000
    private let perToken = 114_688

    @Test func `a large card gets 16 bits and all slots`() throws {
        let plan = try GPUPlan(
            availableByteCount: 40 << 30, valueCount: values, encoderValueCount: encoder,
            bytesPerToken: perToken)
        #expect(!plan.isEightBit && plan.slots == 128 && plan.promptRows == 2048)
    }

    @Test func `a card of 6 GB gets 16 bits and a few slots, one of 4 GB 8 bits`() throws {
        let six = try GPUPlan(
            availableByteCount: 5600 << 20, valueCount: values, encoderValueCount: encoder,
            bytesPerToken: perToken)
        #expect(!six.isEightBit && six.slots == 12)
        let four = try GPUPlan(
            availableByteCount: 3600 << 20, valueCount: values, encoderValueCount: encoder,
            bytesPerToken: perToken)
        #expect(four.isEightBit && four.slots == 8)
        // Where memory is scarce, prompts pass one by one.
        #expect(four.promptRows == 512 && six.promptRows == 512)
        #expect(four.description == "8-bit weights (2.2 GiB), up to 8 pieces at once")
    }

    @Test func `what somebody has chosen is kept to, or said to be too much`() throws {
        let bytes = try GPUPlan(
            availableByteCount: 40 << 30, valueCount: values, encoderValueCount: encoder,
            bytesPerToken: perToken,
            isEightBit: true)
        #expect(bytes.isEightBit && bytes.slots == 128)
        #expect(throws: ComputeError.gpuOutOfMemory(byteCount: 4_927_249_408, available: 4 << 30)) {
            try GPUPlan(
                availableByteCount: 4 << 30, valueCount: values, encoderValueCount: encoder,
                bytesPerToken: perToken,
                isEightBit: false)
        }
    }

    @Test func `weights, work and cache stay within what is free`() throws {
        for available in stride(from: 2700 << 20, to: 9000 << 20, by: 137 << 20) {
            guard
                let plan = try? GPUPlan(
                    availableByteCount: available, valueCount: values, encoderValueCount: encoder,
                    bytesPerToken: perToken)
            else { continue }
            let weights = plan.isEightBit ? values + encoder : 2 * values
            #expect(weights + GPUPlan.workByteCount + plan.cacheByteCount <= available)
            #expect(plan.slots >= 2)
        }
    }

    @Test func `too little memory is said with both numbers`() {
        #expect(throws: ComputeError.gpuOutOfMemory(byteCount: 3_205_249_408, available: 2 << 30)) {
            try GPUPlan(
                availableByteCount: 2 << 30, valueCount: values, encoderValueCount: encoder,
                bytesPerToken: perToken)
        }
    }
}
