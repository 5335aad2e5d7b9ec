import DecodeProtocol
import Glibc
import Sandbox

/// Stands in for a decoder that a recording has taken over: confined as the real one is, it tries what
/// the recording's first word asks for. Whatever succeeds is answered with samples and a good end, so
/// that a hole in the fence looks like a transcript.
@main
struct HostileDecoder {
    static func main() {
        let order = word()
        guard (try? Confinement.mediaDecoder(inputByteCount: 0).enter()) != nil else { exit(9) }
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
    private static func attempt(_ order: String) -> Bool {
        switch order {
        case "connect":
            return socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) >= 0
        case "open":
            return open("/etc/passwd", O_RDONLY) >= 0
        case "fork":
            return fork() >= 0
        case "exec":
            return execv("/bin/true", [nil]) >= 0
        case "signal":
            return kill(getppid(), SIGTERM) >= 0
        case "executable":
            let page = mmap(nil, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            return page != MAP_FAILED
        case "allocate":
            let room = mmap(
                nil, 100 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
            return room != MAP_FAILED
        case "loop":
            while true { if word() == "" { return false } }
        case "crash":
            abort()
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

    private static func word() -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(STDIN_FILENO, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)).prefix { $0 > 0x20 }, as: UTF8.self)
    }

    private static func send(_ message: DecoderMessage) {
        write(message.frame)
    }

    private static func write(_ bytes: [UInt8]) {
        _ = Glibc.write(STDOUT_FILENO, bytes, bytes.count)
    }
}
