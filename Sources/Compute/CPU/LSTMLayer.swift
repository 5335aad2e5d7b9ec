import CKernels

/// A long short-term memory on the processor: each step needs the one before it, so it takes one thread.
package struct LSTMLayer: Sendable {
    /// What is remembered from step to step; zeros at first.
    package struct State: Hashable, Sendable {
        package fileprivate(set) var hidden: [Float]
        package fileprivate(set) var cell: [Float]
    }

    /// Cells.
    package let width: Int
    /// `[width, 4 width]`
    private let weight: [Float]
    private let kernelSet: KernelSet

    /// - Parameter recurrent: `[4 width, width]`, the gates in the order input, forget, new value, output.
    package init(recurrent: StoredTensor, kernelSet: KernelSet = .best) throws(ComputeError) {
        width = recurrent.columns
        precondition(recurrent.rows == 4 * width && width <= CK_LSTM_WIDTH)
        weight = try recurrent.permuted([1, 0]).floats()
        self.kernelSet = kernelSet
    }

    package var start: State {
        State(
            hidden: [Float](repeating: 0, count: width), cell: [Float](repeating: 0, count: width))
    }

    /// What comes out of each step: `[steps, width]`.
    ///
    /// - Parameter gates: `[steps, 4 width]`: the input, multiplied and with both biases.
    package func output(gates: [Float], state: inout State) -> [Float] {
        precondition(gates.count % (4 * width) == 0)
        precondition(state.hidden.count == width && state.cell.count == width)
        let steps = gates.count / (4 * width)
        // Safety: all runs have the sizes that the kernel asks for, and the closure fills the capacity.
        return unsafe [Float](unsafeUninitializedCapacity: steps * width) { target, count in
            unsafe state.hidden.withUnsafeMutableBufferPointer { hidden in
                unsafe state.cell.withUnsafeMutableBufferPointer { cell in
                    guard let y = target.baseAddress, let h = hidden.baseAddress,
                        let c = cell.baseAddress
                    else { return }
                    unsafe kernelSet.table.pointee.lstm(
                        y, h, c, gates, weight, Int32(steps), Int32(width))
                }
            }
            count = steps * width
        }
    }
}
