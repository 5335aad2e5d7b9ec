/// The extents of a key/value cache.
package struct CacheLayout: Hashable, Sendable {
    package let layers: Int
    /// Sequences that can be held at once.
    package let slots: Int
    /// Positions per slot.
    package let capacity: Int
    package let keyValueHeads: Int
    package let headDim: Int

    package init(layers: Int, slots: Int, capacity: Int, keyValueHeads: Int, headDim: Int) {
        self.layers = layers
        self.slots = slots
        self.capacity = capacity
        self.keyValueHeads = keyValueHeads
        self.headDim = headDim
    }

    /// Values of the keys (or of the values) of one slot in one layer.
    package var slotStride: Int { keyValueHeads * capacity * headDim }

    /// Values of all keys (or all values).
    package var count: Int { layers * slots * slotStride }

    /// Where the keys (or values) of one head begin: `[layer, slot, head, position, headDim]`.
    package func offset(layer: Int, slot: Int, head: Int) -> Int {
        (layer * slots + slot) * slotStride + head * capacity * headDim
    }
}

/// Keys (after rotation) and values of every sequence that is being decoded.
package final class KeyValueCache {
    package let layout: CacheLayout
    package let keys: Tensor
    package let values: Tensor

    package init(layout: CacheLayout, keys: Tensor, values: Tensor) {
        self.layout = layout
        self.keys = keys
        self.values = values
    }
}

/// Consecutive packed rows that belong to consecutive positions of one slot.
package struct TokenRun: Hashable, Sendable {
    package let slot: Int
    /// The position of the first row.
    package let firstPosition: Int
    /// Rows in the run.
    package let count: Int

    package init(slot: Int, firstPosition: Int, count: Int) {
        self.slot = slot
        self.firstPosition = firstPosition
        self.count = count
    }
}

/// How the columns of a packed query/key/value row divide into heads: all queries, keys, values.
package struct HeadLayout: Hashable, Sendable {
    package let queryHeads: Int
    /// Each is shared by `queryHeads / keyValueHeads` neighbouring query heads.
    package let keyValueHeads: Int
    package let headDim: Int

    package init(queryHeads: Int, keyValueHeads: Int, headDim: Int) {
        precondition(queryHeads % keyValueHeads == 0)
        self.queryHeads = queryHeads
        self.keyValueHeads = keyValueHeads
        self.headDim = headDim
    }

    package var queryWidth: Int { queryHeads * headDim }
    package var keyValueWidth: Int { keyValueHeads * headDim }
    /// Columns of a packed row.
    package var packedWidth: Int { queryWidth + 2 * keyValueWidth }
}
