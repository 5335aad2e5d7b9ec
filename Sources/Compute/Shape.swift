/// The extents of a row-major tensor of up to four dimensions, outermost first.
package struct Shape: Hashable, Sendable, CustomStringConvertible {
    /// The extents, outermost first.
    package let extents: [Int]

    /// Creates a shape; every extent must be positive or zero.
    package init(_ extents: Int...) {
        precondition(!extents.isEmpty && extents.allSatisfy { $0 >= 0 })
        self.extents = extents
    }

    /// How many values a tensor of this shape holds.
    package var count: Int { extents.reduce(1, *) }

    /// The innermost extent.
    package var columns: Int { extents[extents.count - 1] }

    /// The product of all extents but the innermost.
    package var rows: Int { extents.dropLast().reduce(1, *) }

    package var description: String { "\(extents)" }
}
