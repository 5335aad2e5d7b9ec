/// The pages of an Ogg file, which number themselves and carry a checksum each. FFmpeg leaves out what
/// is wrong with them and does not say so.
///
/// Source: RFC 3533, section 6.
struct OggPages {
    /// Whether the last page is cut.
    private(set) var isCut = false
    /// Pages that are damaged, and pieces of the file that are no pages or are missing.
    private(set) var damageCount = 0
    /// Where the first of them lies, on the clock of the track: samples.
    private(set) var firstDamage = 0

    private let input: MediaInput
    /// Number of the track that is read, in the order of their first pages.
    private let track: Int
    /// Tracks by their serial number.
    private var places: [Int: Place] = [:]

    private struct Place {
        let track: Int
        var nextPage: Int?
        /// Samples up to here; zero while there were only headers.
        var position = 0
    }

    private static let headByteCount = 27
    private static let capture = Array("OggS".utf8) + [0]

    init(_ input: MediaInput, track: Int) {
        self.input = input
        self.track = track
        var place = 0
        while place < input.byteCount {
            if let size = readPage(at: place) {
                place += size
                continue
            }
            let next = nextCapture(after: place)
            if next == nil {
                isCut = input.bytes(at: place, count: 4).elementsEqual("OggS".utf8)
                guard !isCut, !FileEnd.isPadding(input, from: place),
                    !Tags(input).contains(place)
                else { return }
            }
            noteDamage()
            // The gap is told; the page after it may have any number.
            for serial in places.keys { places[serial]?.nextPage = nil }
            guard let next else { return }
            place = next
        }
    }

    /// Bytes of the page at a place; `nil` if there is none, or a damaged one.
    private mutating func readPage(at place: Int) -> Int? {
        let head = input.bytes(at: place, count: Self.headByteCount + 255)
        guard head.count >= Self.headByteCount, head.starts(with: Self.capture) else { return nil }
        let segments = head.dropFirst(Self.headByteCount).prefix(Int(head[26]))
        let size = segments.reduce(Self.headByteCount + segments.count) { $0 + Int($1) }
        let page = input.bytes(at: place, count: size)
        guard segments.count == Int(head[26]), page.count == size,
            Self.checksum(page) == input.littleEndian(at: place + 22, byteCount: 4)
        else { return nil }
        let serial = input.littleEndian(at: place + 14, byteCount: 4)
        let number = input.littleEndian(at: place + 18, byteCount: 4)
        let granule = input.littleEndian(at: place + 6, byteCount: 8)
        // Of a stream that begins, or begins again where files were joined.
        let isFirst = head[5] & 2 != 0
        var own = places[serial] ?? Place(track: places.count)
        // A station's stream begins anywhere after its headers.
        let isMissing = own.nextPage.map { $0 != number } ?? false
        if isMissing && own.position > 0 && !isFirst { noteDamage() }
        own.nextPage = (number + 1) & 0xFFFF_FFFF
        // -1 where no packet ends on the page.
        if granule >= 0 { own.position = granule }
        places[serial] = own
        return size
    }

    private mutating func noteDamage() {
        if damageCount == 0 {
            firstDamage = places.values.first { $0.track == track }?.position ?? 0
        }
        damageCount += 1
    }

    private func nextCapture(after place: Int) -> Int? {
        var start = place + 1
        while case let block = input.bytes(at: start, count: 1 << 16),
            block.count >= Self.capture.count
        {
            let places = 0...block.count - Self.capture.count
            if let found = places.first(where: { block[$0...].starts(with: Self.capture) }) {
                return start + found
            }
            start += places.count
        }
        return nil
    }

    /// CRC-32 with the polynomial 0x04C11DB7, highest bit first, over a page whose own four bytes of it
    /// are zero.
    private static func checksum(_ page: [UInt8]) -> Int {
        var sum: UInt32 = 0
        for (index, byte) in page.enumerated() {
            let value = (22..<26).contains(index) ? 0 : byte
            sum = sum << 8 ^ table[Int(UInt8(truncatingIfNeeded: sum >> 24) ^ value)]
        }
        return Int(sum)
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index) << 24) { sum, _ in
            sum & 0x8000_0000 == 0 ? sum << 1 : sum << 1 ^ 0x04C1_1DB7
        }
    }
}
