/// Reads a `multipart/form-data` body as it comes, in pieces of any size.
///
/// A part's content is handed on at once and never held back by more than a boundary's length, so memory does not
/// grow with an upload, and each byte is looked at once or twice.
///
/// Source: RFC 7578 and RFC 2046, section 5.1.
struct MultipartParser {
    /// What the bytes say.
    enum Event: Hashable {
        /// A part begins.
        case part(MultipartPart)
        /// More of its content.
        case content([UInt8])
        /// The part has ended.
        case partEnd
    }

    private enum State {
        case preamble, boundaryEnd, header, contentStart, content, epilogue
    }

    private static let (cr, lf, dash) = (UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "-"))
    /// Bytes that the header of a part may have.
    private static let headerLimit = 8192
    private static let partLimit = 64

    /// `\r\n--boundary`
    private let delimiter: [UInt8]
    private var state = State.preamble
    /// What was read, and how much of it was understood. A line break before the body lets the first boundary
    /// look like the others.
    private var held: [UInt8] = [Self.cr, Self.lf]
    private var place = 0
    /// Bytes from there on that hold no end of a header: they are not looked at again when more come.
    private var searchedCount = 0
    private var partCount = 0

    /// - Parameter contentType: the request's, `multipart/form-data; boundary=…`.
    init(contentType: String) throws(MultipartError) {
        let field = HeaderField(contentType)
        guard field.value.lowercased() == "multipart/form-data",
            let boundary = field.parameters["boundary"], (1...70).contains(boundary.utf8.count)
        else { throw .notMultipart }
        delimiter = Array("\r\n--\(boundary)".utf8)
    }

    /// Takes more of the body.
    mutating func append(_ bytes: some Sequence<UInt8>) throws(MultipartError) -> [Event] {
        held.removeFirst(place)
        place = 0
        held += bytes
        var events: [Event] = []
        while try step(&events) {}
        return events
    }

    /// - Throws: ``MultipartError/incomplete`` if the body is not at its end.
    func finish() throws(MultipartError) {
        guard case .epilogue = state else { throw .incomplete }
    }

    /// Understands what comes next.
    ///
    /// - Returns: `false` if more bytes are needed.
    private mutating func step(_ events: inout [Event]) throws(MultipartError) -> Bool {
        switch state {
        case .preamble, .content:
            return readContent(&events)
        case .boundaryEnd:
            return try readBoundaryEnd()
        case .header:
            return try readHeader(&events)
        case .contentStart:
            return beginContent()
        case .epilogue:
            place = held.count
            return false
        }
    }

    /// Up to the next boundary, or as much as cannot be a part of it.
    private mutating func readContent(_ events: inout [Event]) -> Bool {
        let isContent = if case .content = state { true } else { false }
        let boundary = delimiterPlace()
        let end = boundary ?? max(place, held.count - delimiter.count + 1)
        if isContent, end > place { events.append(.content(Array(held[place..<end]))) }
        place = end
        guard boundary != nil else { return false }
        if isContent { events.append(.partEnd) }
        place += delimiter.count
        state = .boundaryEnd
        return true
    }

    private func delimiterPlace() -> Int? {
        var start = place
        while let found = held[start...].firstIndex(of: Self.cr) {
            guard found + delimiter.count <= held.count else { return nil }
            if held[found..<found + delimiter.count].elementsEqual(delimiter) { return found }
            start = found + 1
        }
        return nil
    }

    /// `--` ends the body, a line break begins a part; white space may stand before it.
    private mutating func readBoundaryEnd() throws(MultipartError) -> Bool {
        let start =
            held[place...].firstIndex { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
            ?? held.count
        guard start - place <= Self.headerLimit else { throw .malformed }
        guard held.count - start >= 2 else { return false }
        switch (held[start], held[start + 1]) {
        case (Self.dash, Self.dash):
            state = .epilogue
        case (Self.cr, Self.lf):
            partCount += 1
            guard partCount <= Self.partLimit else { throw .tooManyParts }
            state = .header
        default: throw .malformed
        }
        // The line break stays: a part without a header has two, one after the other.
        place = if case .header = state { start } else { start + 2 }
        return true
    }

    private mutating func readHeader(_ events: inout [Event]) throws(MultipartError) -> Bool {
        var end = place + searchedCount
        while end + 4 <= held.count, end - place <= Self.headerLimit {
            if held[end] == Self.cr, held[end + 1] == Self.lf, held[end + 2] == Self.cr,
                held[end + 3] == Self.lf
            {
                events.append(.part(try MultipartPart(header: held[place..<end])))
                // The last line break may begin the boundary of an empty part.
                place = end + 2
                searchedCount = 0
                state = .contentStart
                return true
            }
            end += 1
        }
        searchedCount = end - place
        guard held.count - place <= Self.headerLimit + 4 else { throw .headerTooLong }
        return false
    }

    /// Tells an empty part, whose boundary begins with the line break that ended its header, from content.
    private mutating func beginContent() -> Bool {
        let rest = held[place...]
        let isBoundary = rest.starts(with: delimiter.prefix(rest.count))
        guard !isBoundary || rest.count >= delimiter.count else { return false }
        if !isBoundary { place += 2 }
        state = .content
        return true
    }
}
