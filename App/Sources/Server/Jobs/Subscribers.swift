/// Pages that listen, by sitting: each gets every event of its sitting as bytes of an event stream.
///
/// A page that reads too slowly is let go; it connects again and gets the whole state.
struct Subscribers {
    typealias Stream = AsyncStream<[UInt8]>

    private var continuations: [String: [Int: Stream.Continuation]] = [:]
    private var nextID = 0
    /// Events that may wait for a page.
    private static let backlog = 2000

    /// - Returns: the events, and the number by which ``remove(_:of:)`` ends them.
    mutating func add(to sitting: String, first: [UInt8]) -> (id: Int, events: Stream) {
        let (events, continuation) = Stream.makeStream(
            bufferingPolicy: .bufferingOldest(Self.backlog))
        nextID += 1
        continuation.yield(first)
        continuations[sitting, default: [:]][nextID] = continuation
        return (nextID, events)
    }

    mutating func remove(_ id: Int, of sitting: String) {
        continuations[sitting]?.removeValue(forKey: id)?.finish()
        if continuations[sitting]?.isEmpty == true { continuations[sitting] = nil }
    }

    mutating func send(_ bytes: [UInt8], to sitting: String) {
        for (id, continuation) in continuations[sitting] ?? [:] {
            guard case .enqueued = continuation.yield(bytes) else {
                remove(id, of: sitting)
                continue
            }
        }
    }

    mutating func sendToAll(_ bytes: [UInt8]) {
        for sitting in Array(continuations.keys) { send(bytes, to: sitting) }
    }

    mutating func finishAll() {
        for sitting in continuations.values { sitting.values.forEach { $0.finish() } }
        continuations = [:]
    }

    /// Whether a page of the sitting listens.
    func isListening(_ sitting: String) -> Bool { continuations[sitting] != nil }
}

/// One server-sent event.
///
/// Source: HTML, section 9.2.
func eventBytes(_ name: String, _ value: some Encodable) -> [UInt8] {
    Array("event: \(name)\ndata: ".utf8) + jsonBytes(value) + Array("\n\n".utf8)
}
