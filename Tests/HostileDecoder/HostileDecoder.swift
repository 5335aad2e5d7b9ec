import DecodeProtocol
import Glibc
import Sandbox

/// Stands in for a decoder that a recording has taken over: confined as the real one is, it tries what
/// the recording's first word asks for; after the word `free`, the next one without being confined.
/// Whatever succeeds is answered with samples and a good end, so that a hole in the fence looks like a
/// transcript.
@main
struct HostileDecoder {
    static func main() {
        let words = words()
        let isFree = words.first == "free"
        let order = words.dropFirst(isFree ? 1 : 0).first ?? ""
        let isConfined =
            (try? isFree ? () : Confinement.mediaDecoder(inputByteCount: 0).enter()) != nil
        guard isConfined else { exit(9) }
        send(.hello(version: DecoderMessage.version))
        send(
            .opened(
                MediaDescription(
                    container: "x", codec: "x", rate: 16000, channelCount: 1, track: 1,
                    trackCount: 1, resampler: "x", decoder: "x")))
        if attempt(order) {
            send(.samples([0.5, 0.5]))
            send(
                .ended(
                    DecodeSummary(
                        sampleCount: 2, isTruncated: false, damageCount: 0, firstDamage: 0)
                ))
            exit(0)
        }
        exit(3)
    }

    /// Whether it worked.
    private static func attempt(_ order: Substring) -> Bool {
        switch order {
        case "connect":
            return socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) >= 0
        case "open":
            return open("/etc/passwd", O_RDONLY) >= 0
        case "fork":
            let child = fork()
            if child == 0 { _exit(0) }
            return child > 0
        case "exec":
            return execv("/bin/true", [nil]) >= 0
        case "signal":
            return kill(getppid(), 0) >= 0
        case "grow":
            return sbrk(4 << 30) != UnsafeMutableRawPointer(bitPattern: -1)
        case "other":
            return Glibc.write(STDERR_FILENO, "x", 1) == 1
        case "executable":
            let page = mmap(nil, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            return page != MAP_FAILED
        case "allocate":
            let room = mmap(
                nil, 100 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            return room != MAP_FAILED
        case "loop":
            while true { if Self.words().isEmpty { return false } }
        case "crash":
            UnsafeMutablePointer<Int>(bitPattern: 8)?.pointee = 1
            return true
        case "abort":
            abort()
        case "infinite":
            send(.samples([0, .infinity]))
            return true
        case "durations":
            while true { send(.duration(sampleCount: 1)) }
        case "more":
            send(.samples([0.5]))
            send(
                .ended(
                    DecodeSummary(
                        sampleCount: 1, isTruncated: false, damageCount: 0, firstDamage: 0)))
            send(.working)
            exit(0)
        case "nonsense":
            write([UInt8]((0..<999).map { UInt8(truncatingIfNeeded: $0 &* 31) }))
            return true
        case "huge":
            write([UInt8(ascii: "s"), 0xFF, 0xFF, 0xFF, 0x7F])
            return true
        case "miscount":
            send(.samples([0.5]))
            return true
        case "silence":
            exit(0)
        default:
            return true
        }
    }

    private static func words() -> [Substring] {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(STDIN_FILENO, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
    }

    private static func send(_ message: DecoderMessage) {
        write(message.frame)
    }

    private static func write(_ bytes: [UInt8]) {
        _ = Glibc.write(STDOUT_FILENO, bytes, bytes.count)
    }
}
