/// A row-major block of `Float` in a backend's memory, or a run of its rows.
///
/// A tensor is a view: copies of it, and the views that ``rows(_:)`` makes, share memory. It is not
/// `Sendable`; it stays inside the session that made it.
package struct Tensor {
    package let memory: DeviceMemory
    /// Where the view begins in `memory`, in values.
    package let offset: Int
    package let shape: Shape

    package init(memory: DeviceMemory, offset: Int = 0, shape: Shape) {
        precondition(offset >= 0 && offset + shape.count <= memory.capacity)
        self.memory = memory
        self.offset = offset
        self.shape = shape
    }

    /// The rows `range` of a tensor seen as `[shape.rows, shape.columns]`.
    package func rows(_ range: Range<Int>) -> Tensor {
        precondition(range.lowerBound >= 0 && range.upperBound <= shape.rows)
        return Tensor(
            memory: memory, offset: offset + range.lowerBound * shape.columns,
            shape: Shape(range.count, shape.columns))
    }

    /// The same values in another shape; the counts must agree.
    package func reshaped(_ shape: Shape) -> Tensor {
        precondition(shape.count == self.shape.count)
        return Tensor(memory: memory, offset: offset, shape: shape)
    }
}

/// Memory that a backend owns; each backend has its own subclass.
package class DeviceMemory {
    /// How many `Float` values fit.
    package let capacity: Int

    package init(capacity: Int) {
        self.capacity = capacity
    }

    /// Gives values back to the system, as far as the device can; what is read there next is undefined.
    package func discard(_ range: Range<Int>) {}
}

/// A weight after ``Backend/prepare(_:)``.
package struct Weight {
    /// Output features; 1 for a vector.
    package let rows: Int
    /// Input features, or the values of a vector.
    package let columns: Int
    /// The values in whatever layout the backend likes.
    package let storage: AnyObject

    /// - Parameter parts: stacked by rows, or vectors that are joined into one.
    package init(_ parts: [StoredTensor], storage: AnyObject) {
        let isVector = parts.allSatisfy { $0.extents.count == 1 }
        precondition(isVector || parts.allSatisfy { $0.columns == parts[0].columns })
        rows = isVector ? 1 : parts.reduce(0) { $0 + $1.rows }
        columns = isVector ? parts.reduce(0) { $0 + $1.count } : parts[0].columns
        self.storage = storage
    }
}
