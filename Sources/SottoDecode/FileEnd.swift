/// What the bytes of a file say about its end where FFmpeg does not tell.
enum FileEnd {
    /// Whether a file of this container ends in the middle of something.
    static func isMissing(_ input: MediaInput, container: String) -> Bool {
        switch container {
        case "matroska,webm": endsInsideElement(input)
        case "avi": isShorterThanChunk(input)
        case "asf": isShorterThanHeaderSays(input)
        case _ where container.hasPrefix("mov"): endsInsideFragment(input)
        default: false
        }
    }

    /// Whether a file that is read as one recording holds another behind it: two that were joined.
    static func isFollowed(_ input: MediaInput, container: String) -> Bool {
        func isSame(at end: Int) -> Bool {
            end > 8 && input.bytes(at: end + end % 2, count: 4) == input.bytes(at: 0, count: 4)
        }
        switch container {
        case "wav", "avi":
            return isSame(at: input.littleEndian(at: 4, byteCount: 4) + 8)
        case "aiff":
            return isSame(at: input.bigEndian(at: 4, byteCount: 4) + 8)
        case "caf":
            return place(of: "caff", in: input, from: 8) { cafChunkByteCount(input, at: $0) } != nil
        case _ where container.hasPrefix("mov"):
            guard let first = boxByteCount(input, at: 0) else { return false }
            return place(of: "ftyp", in: input, from: first, nameAt: 4) {
                boxByteCount(input, at: $0)
            } != nil
        default:
            return false
        }
    }

    /// Where the first of the parts that follow each other lies that bears a name.
    ///
    /// - Parameter step: bytes of the part at a place; `nil` ends the search.
    private static func place(
        of name: String, in input: MediaInput, from start: Int, nameAt: Int = 0,
        step: (Int) -> Int?
    ) -> Int? {
        var place = start
        while place < input.byteCount {
            if input.bytes(at: place + nameAt, count: 4).elementsEqual(name.utf8) { return place }
            guard let size = step(place), size <= input.byteCount - place else { return nil }
            place += size
        }
        return nil
    }

    /// Bytes of a chunk of a CAF file, its head included; `nil` if its end is open.
    private static func cafChunkByteCount(_ input: MediaInput, at place: Int) -> Int? {
        let size = input.bigEndian(at: place + 4, byteCount: 8)
        return (0..<Int.max - 12).contains(size) ? size + 12 : nil
    }

    /// Bytes of a box of an MP4 (ISO/IEC 14496-12, section 4.2); `nil` if it says no such number.
    private static func boxByteCount(_ input: MediaInput, at place: Int) -> Int? {
        var size = input.bigEndian(at: place, byteCount: 4)
        if size == 1 { size = input.bigEndian(at: place + 8, byteCount: 8) }
        return size >= 8 ? size : nil
    }

    /// A RIFF file is one chunk, whose size is 0 or the largest where the writer did not know it.
    private static func isShorterThanChunk(_ input: MediaInput) -> Bool {
        let size = input.littleEndian(at: 4, byteCount: 4)
        return ![0, 0xFFFF_FFFF].contains(size) && size + 8 > input.byteCount
    }

    /// Source: Advanced Systems Format specification, revision 01.20, section 3.2.
    private static func isShorterThanHeaderSays(_ input: MediaInput) -> Bool {
        let properties: [UInt8] = [
            0xA1, 0xDC, 0xAB, 0x8C, 0x47, 0xA9, 0xCF, 0x11,
            0x8E, 0xE4, 0x00, 0xC0, 0x0C, 0x20, 0x53, 0x65,
        ]
        var place = 30
        while place < input.byteCount, input.bytes(at: place, count: 16) != properties {
            let size = input.littleEndian(at: place + 16, byteCount: 8)
            guard size >= 24, size <= input.byteCount - place else { return false }
            place += size
        }
        return input.littleEndian(at: place + 40, byteCount: 8) > input.byteCount
    }

    /// Whether the writer of a WAV or CAF file did not know its size: it wrote to a pipe, or was
    /// interrupted.
    static func isOpen(_ input: MediaInput, container: String) -> Bool {
        switch container {
        case "wav":
            let isRIFF = input.bytes(at: 0, count: 4).elementsEqual("RIFF".utf8)
            return isRIFF && [0, 0xFFFF_FFFF].contains(input.littleEndian(at: 4, byteCount: 4))
        case "caf":
            return place(of: "data", in: input, from: 8) { cafChunkByteCount(input, at: $0) }
                .map { input.bigEndian(at: $0 + 4, byteCount: 8) < 0 } ?? false
        default:
            return false
        }
    }

    /// Whether there are only zeros from a place on, and not many: some writers fill a file up.
    static func isPadding(_ input: MediaInput, from place: Int) -> Bool {
        let rest = input.bytes(at: place, count: 1025)
        return rest.count <= 1024 && rest.allSatisfy { $0 == 0 }
    }

    /// A film in fragments has no index that would tell its length, but every box says its own.
    ///
    /// Source: ISO/IEC 14496-12, section 4.2.
    private static func endsInsideFragment(_ input: MediaInput) -> Bool {
        var place = 0
        var isFragmented = false
        while place < input.byteCount {
            let head = input.bytes(at: place, count: 8)
            guard head.count == 8 else { return isFragmented }
            isFragmented = isFragmented || head[4...].elementsEqual("moof".utf8)
            // Up to the end of the file, whatever that is.
            if head.starts(with: [0, 0, 0, 0]) && head[4...].elementsEqual("mdat".utf8) {
                return false
            }
            guard let size = boxByteCount(input, at: place), size <= input.byteCount - place else {
                return isFragmented && !isPadding(input, from: place)
            }
            place += size
        }
        return false
    }
}

extension FileEnd {
    private static let segment = 0x1853_8067
    private static let cluster = 0x1F43_B675

    /// Every EBML element says how long it is, or that it is open-ended (RFC 8794, section 6).
    private static func endsInsideElement(_ input: MediaInput) -> Bool {
        var place = 0
        while place < input.byteCount {
            let head = input.bytes(at: place, count: 12)
            guard let id = number(head[...], keepsMarker: true),
                let size = number(head.dropFirst(id.byteCount), keepsMarker: false)
            else { return !isPadding(input, from: place) }
            place += id.byteCount + size.byteCount
            let isOpen = size.value == 1 << (7 * size.byteCount) - 1
            if isOpen && [segment, cluster].contains(id.value) { continue }
            guard !isOpen, size.value <= input.byteCount - place else { return true }
            place += size.value
        }
        return false
    }

    /// A number whose first byte tells its length by its leading zeros.
    private static func number(
        _ bytes: ArraySlice<UInt8>, keepsMarker: Bool
    ) -> (value: Int, byteCount: Int)? {
        guard let first = bytes.first, first != 0 else { return nil }
        let count = first.leadingZeroBitCount + 1
        guard bytes.count >= count else { return nil }
        let start = keepsMarker ? Int(first) : Int(first) & (0xFF >> count)
        return (bytes.dropFirst().prefix(count - 1).reduce(start) { $0 << 8 | Int($1) }, count)
    }
}
