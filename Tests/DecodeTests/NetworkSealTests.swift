import Audio
import DecodeProtocol
import Glibc
import Sandbox
import Testing

/// What a sealed process can no longer do, tried in processes of their own: it cannot be undone.
@Suite struct NetworkSealTests {
    @Test func `without the seal the evidence says so`() {
        let evidence = NetworkSeal.evidence()
        #expect(!evidence.isSealed)
        #expect(
            evidence.rows.map(\.name) == [
                "Seccomp", "NoNewPrivs", "socket(AF_INET)", "connect", "io_uring_setup",
                "sendto(MSG_FASTOPEN)",
            ])
        #expect(evidence.rows[3].value == "not refused")
    }

    @Test func `a sealed process connects to nothing and makes no internet socket`() async {
        await #expect(processExitsWith: .success) {
            // A thread that was there before.
            var pipeEnds: [Int32] = [0, 0]
            guard unsafe pipe(&pipeEnds) == 0 else { exit(1) }
            let place = pipeEnds[0]
            let waiting = Task.detached {
                var byte: UInt8 = 0
                // Safety: one byte, which lives as long as the call.
                _ = unsafe read(place, &byte, 1)
                return socket(AF_INET6, Int32(SOCK_DGRAM.rawValue), 0) < 0 && errno == EACCES
            }
            try await Task.sleep(for: .milliseconds(50))
            try NetworkSeal.enter()
            for family in [AF_INET, AF_INET6, AF_NETLINK, AF_PACKET] {
                guard socket(family, Int32(SOCK_STREAM.rawValue), 0) < 0, errno == EACCES else {
                    exit(2)
                }
            }
            let local = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            guard local >= 0 else { exit(3) }
            guard connect(local, nil, 0) < 0, errno == EACCES else { exit(4) }
            // Safety: one byte.
            guard unsafe write(pipeEnds[1], "x", 1) == 1 else { exit(6) }
            guard await waiting.value else { exit(7) }
            let evidence = NetworkSeal.evidence()
            guard evidence.isSealed else { exit(8) }
            guard evidence.rows[0].value.hasPrefix("2 (filter) on all "),
                evidence.rows[1].value.hasPrefix("1 on all "),
                evidence.rows[2...].allSatisfy({ $0.value == "EACCES: refused by the kernel" }),
                evidence.sockets.isEmpty
            else { exit(9) }
        }
    }

    @Test func `a sealed process goes on to accept connections`() async {
        await #expect(processExitsWith: .success) {
            let listener = try Loopback.listen()
            let client = try Loopback.connect(to: listener)
            try NetworkSeal.enter()
            let accepted = accept(listener, nil, nil)
            guard accepted >= 0 else { exit(2) }
            // Safety: as many bytes as the counts say.
            guard unsafe write(client, "sotto", 5) == 5 else { exit(3) }
            var bytes = [UInt8](repeating: 0, count: 5)
            guard unsafe read(accepted, &bytes, 5) == 5, bytes == Array("sotto".utf8) else {
                exit(4)
            }
            let evidence = NetworkSeal.evidence()
            let port = try Loopback.port(of: listener)
            guard evidence.isSealed, evidence.sockets.count == 3,
                evidence.sockets.contains(
                    OpenSocket(local: "127.0.0.1:\(port)", remote: "0.0.0.0:0", state: "listen")),
                evidence.sockets.count(where: { $0.state == "established" }) == 2
            else { exit(5) }
        }
    }

    @Test func `a sealed process decodes: the decoder starts and confines itself`() async {
        await #expect(processExitsWith: .success) {
            try NetworkSeal.enter()
            let source = try openRecording(
                path: Decoders.path("cbr.mp3"), request: .init(), decoder: Decoders.real)
            var count = 0
            while let samples = try source.next() { count += samples.count }
            guard source is DecodedRecording, count > 100_000 else { exit(1) }
        }
    }

    @Test func `what a sealed process starts is sealed`() async {
        await #expect(processExitsWith: .success) {
            try NetworkSeal.enter()
            // Safety: the command is a constant.
            let status = unsafe system("grep -q '^Seccomp:[[:space:]]*2' /proc/self/status")
            guard status == 0 else { exit(1) }
        }
    }
}

/// Sockets of this machine.
private enum Loopback {
    struct Failure: Error {}

    static func listen() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = unsafe withSocketAddress(&address) { unsafe bind(descriptor, $0, $1) }
        guard result == 0, Glibc.listen(descriptor, 4) == 0 else { throw Failure() }
        return descriptor
    }

    static func port(of descriptor: Int32) throws -> Int {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = unsafe withSocketAddress(&address) { pointer, _ in
            unsafe getsockname(descriptor, pointer, &size)
        }
        guard result == 0 else { throw Failure() }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    static func connect(to listener: Int32) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(try port(of: listener)).bigEndian
        let result = unsafe withSocketAddress(&address) { unsafe Glibc.connect(descriptor, $0, $1) }
        guard result == 0 else { throw Failure() }
        return descriptor
    }

    /// Lends an address as the calls want it.
    private static func withSocketAddress(
        _ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        // Safety: every kind of address begins as `sockaddr` does; the size is the structure's.
        unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
