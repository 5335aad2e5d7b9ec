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

    /// Values of the keys (or of the values) of one slot in all layers; a slot is one block.
    package var slotStride: Int { layers * keyValueHeads * capacity * headDim }

    /// Values of all keys (or all values).
    package var count: Int { slots * slotStride }

    /// Bytes of the keys and values of one position in all layers.
    package var bytesPerPosition: Int {
        2 * layers * keyValueHeads * headDim * MemoryLayout<Float>.stride
    }

    /// Where the keys (or values) of one head begin: `[slot, layer, head, position, headDim]`.
    package func offset(layer: Int, slot: Int, head: Int) -> Int {
        slot * slotStride + (layer * keyValueHeads + head) * capacity * headDim
    }
}

/// Keys (after rotation) and values of every sequence that is being decoded.
package class KeyValueCache {
    package let layout: CacheLayout
    package let keys: Tensor
    package let values: Tensor

    package init(layout: CacheLayout, keys: Tensor, values: Tensor) {
        self.layout = layout
        self.keys = keys
        self.values = values
    }

    /// Bytes of the keys and values of one position in all layers.
    package var bytesPerPosition: Int { layout.bytesPerPosition }

    /// Gives back the memory of a slot whose sequence has ended.
    package func discard(slot: Int) {
        precondition((0..<layout.slots).contains(slot))
        for tensor in [keys, values] {
            let first = tensor.offset + slot * layout.slotStride
            tensor.memory.discard(first..<first + layout.slotStride)
        }
    }
}

/// Consecutive packed rows that belong to consecutive positions of one slot.
package struct TokenRun: Hashable, Sendable {
    package let slot: Int
    /// The position of the first row.
    package let firstPosition: Int
    /// Rows in the run.
    package let count: Int

    /// A row of a step that belongs to no sequence.
    package static let unused = TokenRun(slot: -1, firstPosition: 0, count: 1)

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
