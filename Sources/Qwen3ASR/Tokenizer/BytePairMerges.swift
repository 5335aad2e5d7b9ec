/// The merges of a byte-level vocabulary, by the ids of the pair.
struct BytePairMerges: Sendable {
    private struct Merge {
        let rank: Int32
        let result: Int32
    }

    private let merges: [UInt64: Merge]
    /// The id of each single byte.
    private let byteIDs: [Int32]

    /// - Throws: ``TokenizerError/malformed(path:reason:)`` for a pair or a result that is not in
    ///   the vocabulary.
    init(_ files: TokenizerFiles, byteIDs: [Int32]) throws(TokenizerError) {
        self.byteIDs = byteIDs
        var merges: [UInt64: Merge] = [:]
        merges.reserveCapacity(files.merges.count)
        for (rank, pair) in files.merges.enumerated() {
            guard let left = files.vocabulary[String(pair.left)],
                let right = files.vocabulary[String(pair.right)],
                let result = files.vocabulary[String(pair.left + pair.right)]
            else {
                throw .malformed(
                    path: files.mergesPath,
                    reason: "the merge '\(pair.left) \(pair.right)' is not in the vocabulary")
            }
            let key = Self.key(left, right)
            if merges[key] == nil { merges[key] = Merge(rank: Int32(rank), result: result) }
        }
        self.merges = merges
    }

    /// Merges the bytes of one piece: the pair of lowest rank first, the leftmost of equals.
    ///
    /// A linked list and a heap keep a piece of `n` bytes at `n log n`.
    func ids(of piece: [UInt8]) -> [Int32] {
        var ids = piece.map { byteIDs[Int($0)] }
        guard ids.count > 1 else { return ids }
        var next = Array(1...ids.count)
        var previous = Array(-1..<ids.count - 1)
        var heap = MinHeap()
        func propose(_ left: Int) {
            let right = next[left]
            guard right < ids.count, let merge = merges[Self.key(ids[left], ids[right])] else {
                return
            }
            heap.push(
                Candidate(
                    rank: merge.rank, left: Int32(left), leftID: ids[left], rightID: ids[right]))
        }
        for left in 0..<ids.count - 1 { propose(left) }
        while let candidate = heap.pop() {
            let left = Int(candidate.left)
            let right = next[left]
            // A merge that happened meanwhile has changed one of the two.
            guard ids[left] == candidate.leftID, right < ids.count,
                ids[right] == candidate.rightID,
                let merge = merges[Self.key(ids[left], ids[right])]
            else { continue }
            ids[left] = merge.result
            ids[right] = Self.removed
            next[left] = next[right]
            if next[right] < ids.count { previous[next[right]] = left }
            propose(left)
            if previous[left] >= 0 { propose(previous[left]) }
        }
        return ids.filter { $0 != Self.removed }
    }

    private static let removed: Int32 = -1

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }
}

/// A pair that may be merged, as it was when it was seen.
private struct Candidate {
    let rank: Int32
    let left: Int32
    let leftID: Int32
    let rightID: Int32

    static func < (one: Candidate, other: Candidate) -> Bool {
        (one.rank, one.left) < (other.rank, other.left)
    }
}

/// A binary heap, smallest first.
private struct MinHeap {
    private var items: [Candidate] = []

    mutating func push(_ item: Candidate) {
        items.append(item)
        var child = items.count - 1
        while child > 0, items[child] < items[(child - 1) / 2] {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> Candidate? {
        guard let first = items.first, let last = items.popLast() else { return nil }
        guard !items.isEmpty else { return first }
        items[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < items.count && items[child] < items[least] { least = child }
            guard least != parent else { return first }
            items.swapAt(parent, least)
            parent = least
        }
    }
}
