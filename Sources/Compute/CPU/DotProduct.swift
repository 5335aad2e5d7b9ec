import CKernels

/// The sum of products of two runs of values.
package struct DotProduct: Sendable {
    private let kernelSet: KernelSet

    package init(kernelSet: KernelSet = .best) {
        self.kernelSet = kernelSet
    }

    /// `a[aStart + i] * b[bStart + i]`, summed over `i` in `0 ..< count`.
    package func callAsFunction(
        _ a: [Float], from aStart: Int, _ b: [Float], from bStart: Int, count: Int
    ) -> Float {
        precondition(aStart >= 0 && bStart >= 0 && count >= 0)
        precondition(aStart + count <= a.count && bStart + count <= b.count)
        // Safety: both runs lie inside their arrays.
        return unsafe a.withUnsafeBufferPointer { a in
            unsafe b.withUnsafeBufferPointer { b in
                guard let x = a.baseAddress, let y = b.baseAddress else { return 0 }
                return unsafe kernelSet.table.pointee.dot(x + aStart, y + bStart, count)
            }
        }
    }
}
