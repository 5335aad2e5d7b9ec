/// Stands in for the kernel of the same name.
package struct DotProduct: Sendable {
    package init() {}

    package func callAsFunction(
        _ a: [Float], from aStart: Int, _ b: [Float], from bStart: Int, count: Int
    ) -> Float {
        (0..<count).reduce(0) { $0 + a[aStart + $1] * b[bStart + $1] }
    }
}
