/// Where in a file of bare frames the texts and pictures lie that players add: no sound.
///
/// Source: the layouts of ID3v1, ID3v2.4 (section 3.1), APEv2 and Lyrics3 v2.
struct Tags {
    private var ranges: [Range<Int>] = []
    private let input: MediaInput

    /// Finds those at the end; ID3v2 tags, which lie before the sound, are added when they are met.
    init(_ input: MediaInput) {
        self.input = input
        var end = input.byteCount
        while let size = Self.byteCount(endingAt: end, input), size > 0, size <= end { end -= size }
        if end < input.byteCount { ranges = [end..<input.byteCount] }
    }

    func contains(_ place: Int) -> Bool {
        ranges.contains { $0.contains(place) }
    }

    /// Takes in a tag that begins at a place, if one does.
    mutating func addTag(at place: Int) {
        if let size = Self.byteCount(at: place, input) { ranges.append(place..<place + size) }
    }

    /// Bytes of an ID3v2 tag that begins at a place; `nil` if none does.
    static func byteCount(at place: Int, _ input: MediaInput) -> Int? {
        let head = input.bytes(at: place, count: 10)
        guard head.count == 10, head.starts(with: "ID3".utf8) else { return nil }
        return head[6...].reduce(0) { $0 << 7 | Int($1 & 0x7F) } + 10
    }

    private static func byteCount(endingAt end: Int, _ input: MediaInput) -> Int? {
        func text(_ distance: Int, _ count: Int) -> [UInt8] {
            end >= distance ? input.bytes(at: end - distance, count: count) : []
        }
        if text(128, 3).elementsEqual("TAG".utf8) { return 128 }
        if text(32, 8).elementsEqual("APETAGEX".utf8) {
            let size = input.littleEndian(at: end - 20, byteCount: 4)
            let flags = input.littleEndian(at: end - 12, byteCount: 4)
            // The size leaves a header out.
            return size + (flags >> 31 & 1) * 32
        }
        if text(9, 9).elementsEqual("LYRICS200".utf8) {
            return Int(String(decoding: text(15, 6), as: UTF8.self)).map { $0 + 15 }
        }
        return nil
    }
}
