import Glibc

/// Bytes that weights lie in: a mapped file, or a copy that was rearranged.
///
/// Immutable after `init`, so it may be shared between threads.
// Safety: `base` is written only while this object is made and unmapped only in `deinit`.
@safe package final class WeightBytes: @unchecked Sendable {
    let base: UnsafeRawPointer
    package let count: Int

    /// Maps a whole file, read only.
    package init(mapping path: String) throws(WeightFileError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(path: path, reason: systemErrorText()) }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .unreadable(path: path, reason: systemErrorText())
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(path: path, reason: "it is not a regular file")
        }
        count = Int(status.st_size)
        guard count > 0 else { throw .truncated(path: path, byteCount: 0, neededByteCount: 8) }
        let found = unsafe mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let found = unsafe found, unsafe found != MAP_FAILED else {
            throw .unreadable(path: path, reason: systemErrorText())
        }
        unsafe base = UnsafeRawPointer(found)
    }

    /// Makes room for `count` bytes and lets `write` fill it.
    init(count: Int, write: (UnsafeMutableRawBufferPointer) -> Void) throws(ComputeError) {
        self.count = count
        let found = unsafe mmap(
            nil, max(1, count), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let found = unsafe found, unsafe found != MAP_FAILED else {
            throw .outOfMemory(byteCount: count)
        }
        // Safety: the block is `count` bytes long and nobody else knows it yet.
        unsafe write(UnsafeMutableRawBufferPointer(start: found, count: count))
        unsafe base = UnsafeRawPointer(found)
    }

    deinit {
        unsafe munmap(UnsafeMutableRawPointer(mutating: base), max(1, count))
    }
}

/// One tensor of a checkpoint, where it lies.
package struct StoredTensor: Sendable {
    package let name: String
    package let extents: [Int]
    package let elementType: ElementType
    let bytes: WeightBytes
    /// Where the tensor begins in `bytes`.
    let offset: Int

    init(
        name: String, extents: [Int], elementType: ElementType, bytes: WeightBytes, offset: Int
    ) {
        self.name = name
        self.extents = extents
        self.elementType = elementType
        self.bytes = bytes
        self.offset = offset
        precondition(offset >= 0 && offset + byteCount <= bytes.count)
    }

    package var count: Int { extents.reduce(1, *) }
    package var byteCount: Int { count * elementType.byteCount }
    /// Extent of the outermost dimension.
    package var rows: Int { extents.count > 1 ? extents[0] : 1 }
    /// The product of all other extents.
    package var columns: Int { rows == 0 ? 0 : count / rows }

    /// The first byte; valid while `bytes` lives.
    var start: UnsafeRawPointer {
        // Safety: `init` has checked that the tensor lies inside `bytes`.
        unsafe bytes.base + offset
    }

    /// A copy of the values, widened to `Float`; exact for every element type.
    package func floats() -> [Float] {
        // Safety: each load reads `elementType.byteCount` bytes at an index below `count`.
        switch elementType {
        case .bfloat16:
            (0..<count).map { index in
                let bits = unsafe start.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
                return Float(bitPattern: UInt32(bits) << 16)
            }
        case .float16:
            (0..<count).map { index in
                let bits = unsafe start.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
                return Float(Float16(bitPattern: bits))
            }
        case .float32:
            (0..<count).map { index in
                unsafe start.loadUnaligned(fromByteOffset: 4 * index, as: Float.self)
            }
        }
    }

    /// A copy with its dimensions in another order: extent `i` of the result is extent `axes[i]`.
    package func permuted(_ axes: [Int]) throws(ComputeError) -> StoredTensor {
        precondition(axes.sorted() == Array(0..<extents.count))
        let width = elementType.byteCount
        var strides = [Int](repeating: width, count: extents.count)
        for axis in stride(from: extents.count - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * extents[axis + 1]
        }
        let newExtents = axes.map { extents[$0] }
        let newStrides = axes.map { strides[$0] }
        let copy = try unsafe WeightBytes(count: byteCount) { target in
            var index = [Int](repeating: 0, count: newExtents.count)
            var source = 0
            for element in 0..<count {
                // Safety: `source` is the offset of a valid index of this tensor, and
                // `element * width` stays below the byte count that both sides share.
                unsafe target.baseAddress?.advanced(by: element * width).copyMemory(
                    from: start + source, byteCount: width)
                for axis in newExtents.indices.reversed() {
                    index[axis] += 1
                    source += newStrides[axis]
                    if index[axis] < newExtents[axis] { break }
                    source -= newStrides[axis] * newExtents[axis]
                    index[axis] = 0
                }
            }
        }
        return StoredTensor(
            name: name, extents: newExtents, elementType: elementType, bytes: copy, offset: 0)
    }

    /// A copy that is stored as `Float`.
    func widened() throws(ComputeError) -> StoredTensor {
        let values = floats()
        let copy = try unsafe WeightBytes(count: 4 * count) { target in
            // Safety: the target has four bytes for every value.
            unsafe values.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        }
        return StoredTensor(
            name: name, extents: extents, elementType: .float32, bytes: copy, offset: 0)
    }

    /// The same values under other extents; the counts must agree.
    package func reshaped(_ extents: [Int]) -> StoredTensor {
        precondition(extents.reduce(1, *) == count)
        return StoredTensor(
            name: name, extents: extents, elementType: elementType, bytes: bytes, offset: offset)
    }
}

/// What the last failed system call said.
func systemErrorText() -> String {
    unsafe String(cString: strerror(errno))
}

extension StoredTensor {
    /// A tensor made in memory of the same values over and over: for random models.
    package init(
        name: String, extents: [Int], elementType: ElementType, repeating block: [Float]
    ) throws(ComputeError) {
        let one = try StoredTensor(
            name: name, extents: [block.count], elementType: elementType, values: block)
        let byteCount = extents.reduce(1, *) * elementType.byteCount
        let bytes = try unsafe WeightBytes(count: byteCount) { target in
            for start in stride(from: 0, to: byteCount, by: one.byteCount) {
                // Safety: copies no more than the block has and the target has left.
                unsafe target.baseAddress?.advanced(by: start).copyMemory(
                    from: one.start, byteCount: min(one.byteCount, byteCount - start))
            }
        }
        self.init(name: name, extents: extents, elementType: elementType, bytes: bytes, offset: 0)
    }

    /// A tensor made in memory, rounded to the element type: for random models and tests.
    package init(
        name: String, extents: [Int], elementType: ElementType, values: [Float]
    ) throws(ComputeError) {
        precondition(extents.reduce(1, *) == values.count)
        let bytes = try unsafe WeightBytes(count: values.count * elementType.byteCount) { target in
            for (index, value) in values.enumerated() {
                // Safety: the target has `elementType.byteCount` bytes for every value.
                switch elementType {
                case .bfloat16:
                    let bits = value.bitPattern
                    let rounded = (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16
                    unsafe target.storeBytes(
                        of: UInt16(rounded), toByteOffset: 2 * index, as: UInt16.self)
                case .float16:
                    unsafe target.storeBytes(
                        of: Float16(value).bitPattern, toByteOffset: 2 * index, as: UInt16.self)
                case .float32:
                    unsafe target.storeBytes(of: value, toByteOffset: 4 * index, as: Float.self)
                }
            }
        }
        self.init(name: name, extents: extents, elementType: elementType, bytes: bytes, offset: 0)
    }
}
