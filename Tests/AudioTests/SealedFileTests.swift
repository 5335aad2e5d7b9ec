import Audio
import Foundation
import Glibc
import TestSupport
import Testing

/// What lies on the disk while a recording is worked on.
@Suite struct SealedFileTests {
    @Test func `what was appended in any pieces is read back from any place`() throws {
        let plain = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
        let file = try SealedFile()
        var rest = plain[...]
        for count in [1, 62, 1, 64, 65, 127, 128, 1000, 4096, 100_001] {
            try file.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        try file.append([])
        try file.append(Array(rest))
        #expect(file.byteCount == plain.count)
        #expect(try file.read(0..<plain.count) == plain)
        for start in [0, 1, 63, 64, 65, 4097, 199_999] {
            for count in [0, 1, 63, 64, 65, 1000] {
                let range = (start..<start + count).clamped(to: 0..<plain.count)
                #expect(try file.read(start..<start + count) == Array(plain[range]))
            }
        }
        #expect(try file.read(plain.count + 5..<plain.count + 9) == [])
    }

    @Test func `the file on the disk has no name and holds nothing of the recording`() throws {
        let path = Fixtures.path("demo-pcm/interview.wav")
        let plain = [UInt8](try Data(contentsOf: URL(filePath: path)))
        let file = try SealedFile()
        try file.append(plain)
        let link = "/proc/self/fd/\(file.descriptor)"
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: link).contains("(deleted)"))
        let stored = [UInt8](try Data(contentsOf: URL(filePath: link)))
        #expect(stored.count == plain.count)
        // Eight bytes are the same by chance once in 10^19 places.
        func runs(_ bytes: [UInt8], _ step: Int) -> Set<UInt64> {
            Set(
                stride(from: 0, through: bytes.count - 8, by: step).map { start in
                    bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
                })
        }
        #expect(runs(plain, 8).isDisjoint(with: runs(stored, 1)))
        // Each value about as often as any other.
        var counts = [Int](repeating: 0, count: 256)
        for byte in stored { counts[Int(byte)] += 1 }
        let expected = Double(stored.count) / 256
        let deviation = counts.reduce(0.0) { $0 + pow(Double($1) - expected, 2) / expected }
        // Chi-squared with 255 degrees: above 400 once in 10^7 files.
        #expect(deviation < 400)
    }

    @Test func `two files with the same bytes have nothing in common`() throws {
        let stored = try (0..<2).map { _ in
            let file = try SealedFile()
            try file.append([UInt8](repeating: 0, count: 4096))
            return try Data(contentsOf: URL(filePath: "/proc/self/fd/\(file.descriptor)"))
        }
        #expect(zip(stored[0], stored[1]).count { $0 == $1 } < 64)
        #expect(stored.allSatisfy { $0.count == 4096 })
    }

    @Test func `a folder that takes no file is named`() throws {
        #expect(
            throws: AudioError.notStored(folder: "/nowhere", reason: "No such file or directory")
        ) {
            _ = try SealedFile(folder: "/nowhere")
        }
    }

    @Test func `a full disk is told, keeps what was there, and ends it`() async {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 1000, rlim_max: 1000)
            // Safety: the limits live as long as the call.
            guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else {
                exit(1)
            }
            let file = try SealedFile()
            try file.append([UInt8](repeating: 7, count: 600))
            for _ in 0..<2 {
                do throws(AudioError) {
                    try file.append([UInt8](repeating: 8, count: 600))
                    exit(2)
                } catch {
                    guard error.code == "audio_not_stored" else { exit(3) }
                }
            }
            guard try file.read(0..<2000) == [UInt8](repeating: 7, count: 600) else { exit(4) }
        }
    }
}
