/// An internet socket of this process.
public struct OpenSocket: Hashable, Sendable {
    /// Address and port: `127.0.0.1:8501`, `[::1]:8501`.
    public var local: String
    /// Address and port at the other end; `0.0.0.0:0` or `[::]:0` where there is none.
    public var remote: String
    /// `listen`, `established` and the like; `udp` for a socket without connections.
    public var state: String

    /// Joins the parts.
    public init(local: String, remote: String, state: String) {
        self.local = local
        self.remote = remote
        self.state = state
    }

    /// Source: `include/net/tcp_states.h` of Linux.
    private static let states = [
        "established", "syn_sent", "syn_recv", "fin_wait1", "fin_wait2", "time_wait", "close",
        "close_wait", "last_ack", "listen", "closing",
    ]

    /// Those that are open now, by local address.
    static func all() -> [OpenSocket] {
        let mine = Set(
            ProcessFiles.names(in: "/proc/self/fd").compactMap {
                ProcessFiles.link("/proc/self/fd/\($0)")
            })
        return ["tcp", "tcp6", "udp", "udp6"].flatMap { table in
            (ProcessFiles.text("/proc/self/net/\(table)") ?? "").split(separator: "\n").dropFirst()
                .compactMap { line -> OpenSocket? in
                    let fields = line.split(separator: " ")
                    guard fields.count > 9, mine.contains("socket:[\(fields[9])]") else {
                        return nil
                    }
                    return OpenSocket(fields, isUDP: table.hasPrefix("udp"))
                }
        }.sorted { ($0.local, $0.remote) < ($1.local, $1.remote) }
    }

    /// Reads a line of `/proc/net/tcp`: number, local, remote, state.
    init?(_ fields: [Substring], isUDP: Bool) {
        guard fields.count > 3, let local = Self.address(fields[1]),
            let remote = Self.address(fields[2]), let number = Int(fields[3], radix: 16)
        else { return nil }
        let known = Self.states.indices.contains(number - 1) ? Self.states[number - 1] : "unknown"
        self.init(local: local, remote: remote, state: isUDP ? "udp" : known)
    }

    /// Reads `0100007F:2135`: words of 32 bits, each with its lowest byte first, and the port.
    private static func address(_ text: Substring) -> String? {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let port = Int(parts[1], radix: 16),
            [8, 32].contains(parts[0].count)
        else { return nil }
        var bytes: [UInt8] = []
        var rest = parts[0]
        while !rest.isEmpty {
            guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
            bytes += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
            rest = rest.dropFirst(8)
        }
        let isMapped =
            bytes.count == 16 && bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255]
        if bytes.count == 4 || isMapped {
            return bytes.suffix(4).map(String.init).joined(separator: ".") + ":\(port)"
        }
        let words = stride(from: 0, to: 16, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
        return "[\(shortened(words))]:\(port)"
    }

    /// An address of eight words, its longest run of zeros left out (RFC 5952).
    private static func shortened(_ words: [Int]) -> String {
        var longest = 0..<0
        var start = 0
        for index in 0...words.count where index == words.count || words[index] != 0 {
            if index - start > max(1, longest.count) { longest = start..<index }
            start = index + 1
        }
        func text(_ part: some Sequence<Int>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !longest.isEmpty else { return text(words) }
        return text(words[..<longest.lowerBound]) + "::" + text(words[longest.upperBound...])
    }
}
