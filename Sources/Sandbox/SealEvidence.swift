import CSeccomp
import Glibc

extension NetworkSeal {
    /// What shows whether this process is sealed, found out just now.
    public struct Evidence: Hashable, Sendable {
        /// A fact, and how anybody can check it.
        public struct Row: Hashable, Sendable {
            /// What was looked at: `Seccomp`, `connect`.
            public var name: String
            /// What was found.
            public var value: String
            /// The file, or the deed, that it is from.
            public var source: String

            /// Joins the parts.
            public init(name: String, value: String, source: String) {
                self.name = name
                self.value = value
                self.source = source
            }
        }

        /// Whether the kernel filters every thread, and refused a socket and a connection just now.
        public var isSealed: Bool
        /// What that follows from.
        public var rows: [Row]
        /// The internet sockets that this process has open.
        public var sockets: [OpenSocket]

        /// Joins the parts.
        public init(isSealed: Bool, rows: [Row], sockets: [OpenSocket]) {
            self.isSealed = isSealed
            self.rows = rows
            self.sockets = sockets
        }
    }

    /// Looks at the threads of this process and at its sockets, and tries to get out. Nothing is sent, even
    /// where it succeeds.
    public static func evidence() -> Evidence {
        let threads = ProcessFiles.names(in: "/proc/self/task").compactMap {
            ProcessFiles.text("/proc/self/task/\($0)/status")
        }
        let modes = threads.map { ProcessFiles.field("Seccomp", in: $0) ?? "unknown" }
        let privileges = threads.map { ProcessFiles.field("NoNewPrivs", in: $0) ?? "unknown" }
        let socketError = errorOfSocket()
        let connectError = errorOfConnect()
        let queueError = sotto_error_of_queue()
        let fastOpenError = errorOfFastOpen()
        let isFiltered = !modes.isEmpty && modes.allSatisfy { $0 == "2" }
        return Evidence(
            isSealed: isFiltered
                && [socketError, connectError, queueError, fastOpenError].allSatisfy {
                    $0 == EACCES
                },
            rows: [
                Evidence.Row(
                    name: "Seccomp",
                    value: summary(modes, words: ["0": "0 (off)", "2": "2 (filter)"]),
                    source: "/proc/self/task/*/status"),
                Evidence.Row(
                    name: "NoNewPrivs", value: summary(privileges, words: [:]),
                    source: "/proc/self/task/*/status"),
                Evidence.Row(
                    name: "socket(AF_INET)", value: words(socketError), source: "tried just now"),
                Evidence.Row(name: "connect", value: words(connectError), source: "tried just now"),
                Evidence.Row(
                    name: "io_uring_setup", value: words(queueError), source: "tried just now"),
                Evidence.Row(
                    name: "sendto(MSG_FASTOPEN)", value: words(fastOpenError),
                    source: "tried just now"),
            ],
            sockets: OpenSocket.all())
    }

    /// How many threads have which value.
    private static func summary(_ values: [String], words: [String: String]) -> String {
        let counts = Dictionary(grouping: values) { $0 }.mapValues(\.count)
        return counts.sorted { $0.key < $1.key }.map { value, count in
            let place =
                count < values.count
                ? "on \(count) of \(values.count) threads"
                : count == 1 ? "on the only thread" : "on all \(count) threads"
            return "\(words[value] ?? value) \(place)"
        }.joined(separator: ", ")
    }

    /// 0 if a socket could be made, which is closed at once.
    private static func errorOfSocket() -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return errno }
        close(descriptor)
        return 0
    }

    /// What the kernel says to a connection of no socket to no address: a filter comes before all else.
    private static func errorOfFastOpen() -> Int32 {
        // Without a socket it fails in any case; the filter's error comes first.
        sendto(-1, nil, 0, Int32(MSG_FASTOPEN), nil, 0) == 0 ? 0 : errno
    }

    private static func errorOfConnect() -> Int32 {
        connect(-1, nil, 0) == 0 ? 0 : errno
    }

    private static func words(_ error: Int32) -> String {
        switch error {
        case EACCES: "EACCES: refused by the kernel"
        case 0, EBADF, EINVAL: "not refused"
        default: "error \(error)"
        }
    }
}
