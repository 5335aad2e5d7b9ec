import Audio
import FoundationEssentials
import Glibc
import Qwen3ASR
import Transcript

/// Where a transcription keeps what is done, chunk by chunk, so that no crash loses it.
public enum Journaling: Hashable, Sendable {
    /// Nowhere.
    case none
    /// In a new file.
    case begin(path: String)
    /// In a new file, which takes the place of an earlier run's once the recording turns out to be readable.
    case replace(path: String)
    /// In a file that an earlier run left: what it holds is not recognised again.
    case resume(path: String)
}

/// A file to which one line is added for each chunk that is done, and made to reach the disk.
///
/// The first line says what was asked of which model; every other one names a chunk by its place and the
/// SHA-256 of its samples. So a journal cannot be taken for another recording's. Each line begins with the
/// SHA-256 of itself and all before it: a line that was not finished or was changed, and what follows it,
/// does not count.
actor Journal {
    private struct Header: Codable, Equatable {
        var journal = 1
        let sotto, model, fingerprint: String
        let settings: [String: String]
    }

    private struct Record: Codable {
        let start, end: Int
        let sha256: String
        let chunks: [Chunk]

        /// Whether the answers cover the chunk and are what a model can have given.
        var isSound: Bool {
            let places = [start] + chunks.map(\.sampleRange.upperBound)
            return !chunks.isEmpty && places.last == end
                && chunks.map(\.sampleRange.lowerBound) == places.dropLast()
                && chunks.allSatisfy { chunk in
                    !chunk.sampleRange.isEmpty
                        && chunk.tokenIDs.count == chunk.tokenLogProbabilities.count
                        && chunk.tokenIDs.allSatisfy { Int32(exactly: $0) != nil }
                }
        }
    }

    private nonisolated let executor = BlockingExecutor(label: "sotto.journal")
    private let path: String
    /// How it is opened; `nil` where none is wanted.
    private let flags: Int32?
    private let header: Header
    /// `nil` as long as it is not open.
    private var descriptor: Int32?
    /// The SHA-256 of all lines so far.
    private var chain = ""
    /// What an earlier run left, in order.
    private var records: ArraySlice<Record> = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.unowned }

    /// - Parameter provenance: what is going to make the transcription.
    init(_ journaling: Journaling, provenance: Provenance) {
        switch journaling {
        case .none: (path, flags) = ("", nil)
        case .begin(let path): (self.path, flags) = (path, O_CREAT | O_EXCL)
        case .replace(let path): (self.path, flags) = (path, O_CREAT)
        case .resume(let path): (self.path, flags) = (path, 0)
        }
        header = Header(
            sotto: provenance.version, model: provenance.model,
            fingerprint: provenance.modelFingerprint, settings: provenance.settings)
    }

    deinit {
        descriptor.map { _ = Glibc.close($0) }
    }

    /// Whether an earlier run's file is to be gone on with.
    nonisolated var isResumed: Bool { flags == 0 }

    /// Begins the file or reads an old one.
    ///
    /// - Throws: ``SottoError`` if the file exists and is not to be gone on with, if it cannot be written,
    ///   if another process uses it, or if it was made by another model or with other settings.
    func open() throws {
        guard let flags else { return }
        let found = try Self.open(path, flags)
        descriptor = found
        guard flock(found, LOCK_EX | LOCK_NB) == 0 else {
            throw SottoError(
                .request, "journal_in_use", "Another process is writing the journal '\(path)'.")
        }
        if flags == 0 { try read(header) }
        guard records.isEmpty else { return }
        do {
            chain = ""
            try cut(to: 0)
            try write(header)
            syncFolder()
        } catch {
            // An empty journal is of no use.
            // Safety: the string lives as long as the call.
            _ = unsafe unlink(path)
            throw error
        }
    }

    /// Lets others go on with it.
    func close() {
        descriptor.map { _ = Glibc.close($0) }
        descriptor = nil
    }

    private static func open(_ path: String, _ flags: Int32) throws(SottoError) -> Int32 {
        // Safety: the string lives as long as the call.
        let found = unsafe Glibc.open(path, O_RDWR | O_CLOEXEC | O_APPEND | flags, 0o600)
        if found < 0 && errno == ENOENT && flags == 0 {
            throw SottoError(.input, "journal_missing", "There is no journal '\(path)'.")
        }
        guard found >= 0 else { throw .journal(path, errno) }
        return found
    }

    /// The answers to the next chunk if an earlier run has them.
    ///
    /// - Throws: ``SottoError`` if it has another sound there.
    func next(range: Range<Int>, samples: [Float]) throws(SottoError) -> [Chunk]? {
        guard let record = records.popFirst() else { return nil }
        guard record.start..<record.end == range, record.sha256 == SHA256.of(samples) else {
            throw .otherRecording(path)
        }
        return record.chunks
    }

    /// Adds the answers to a chunk; when this returns they are on the disk.
    func append(_ chunks: [Chunk], range: Range<Int>, samples: [Float]) throws {
        guard descriptor != nil else { return }
        try write(
            Record(
                start: range.lowerBound, end: range.upperBound, sha256: SHA256.of(samples),
                chunks: chunks))
    }

    /// - Throws: ``SottoError`` if there are chunks that the recording does not have.
    func checkEnd() throws(SottoError) {
        guard records.isEmpty else { throw .otherRecording(path) }
    }

    /// Takes over what an earlier run left, up to the first line that is not whole.
    private func read(_ expected: Header) throws {
        let bytes: Data
        do {
            bytes = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw SottoError.journal(path, EIO)
        }
        // The header was being written, or this is something else.
        guard bytes.contains(UInt8(ascii: "\n")) else {
            guard try line(header).starts(with: bytes) else { throw SottoError.noJournal(path) }
            return
        }
        let decoder = JSONDecoder()
        var (end, found) = (bytes.startIndex, [Record]())
        while let lineEnd = bytes[end...].firstIndex(of: UInt8(ascii: "\n")) {
            let content = bytes[end..<lineEnd].dropFirst(65)
            let hash = SHA256.of(chain, content)
            guard bytes[end..<lineEnd].starts(with: "\(hash) ".utf8) else { break }
            if end == bytes.startIndex {
                guard let header = try? decoder.decode(Header.self, from: content) else { break }
                try check(header, expected)
            } else {
                guard let record = try? decoder.decode(Record.self, from: content), record.isSound
                else { break }
                found.append(record)
            }
            (chain, end) = (hash, lineEnd + 1)
        }
        guard end > bytes.startIndex else { throw SottoError.noJournal(path) }
        records = found[...]
        try cut(to: end - bytes.startIndex)
    }

    private func check(_ found: Header, _ expected: Header) throws(SottoError) {
        guard found != expected else { return }
        let reason =
            if found.journal != expected.journal || found.sotto != expected.sotto {
                "version \(found.sotto) of Sotto made it"
            } else if found.fingerprint != expected.fingerprint {
                "another model made it ('\(found.model)')"
            } else {
                "it was made with other settings (\(differences(found, expected)))"
            }
        throw SottoError(
            .request, "journal_mismatch",
            "The journal '\(path)' cannot be gone on with: \(reason). Use the same, or begin anew.")
    }

    private func differences(_ found: Header, _ expected: Header) -> String {
        let names = Set(found.settings.keys).union(expected.settings.keys)
        return names.filter { found.settings[$0] != expected.settings[$0] }.sorted()
            .joined(separator: ", ")
    }

    /// A line as it stands in the file.
    private func line(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let content = try encoder.encode(value)
        return Array("\(SHA256.of(chain, content)) ".utf8) + content + [UInt8(ascii: "\n")]
    }

    private func write(_ value: some Encodable) throws {
        guard let descriptor else { return }
        let bytes = try line(value)
        chain = String(decoding: bytes.prefix(64), as: UTF8.self)
        var rest = bytes[...]
        while !rest.isEmpty {
            // Safety: the bytes live as long as the call.
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SottoError.journal(path, errno) }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else { throw SottoError.journal(path, errno) }
    }

    private func cut(to byteCount: Int) throws(SottoError) {
        guard let descriptor, ftruncate(descriptor, off_t(byteCount)) == 0 else {
            throw .journal(path, errno)
        }
    }

    /// Makes the file's name reach the disk.
    private func syncFolder() {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        // Safety: the string lives as long as the call.
        let descriptor = unsafe Glibc.open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { _ = Glibc.close(descriptor) }
        _ = fsync(descriptor)
    }
}

extension SottoError {
    fileprivate static func noJournal(_ path: String) -> SottoError {
        SottoError(.data, "journal_damaged", "'\(path)' is not a journal of Sotto.")
    }

    fileprivate static func journal(_ path: String, _ number: Int32) -> SottoError {
        switch number {
        case EEXIST:
            SottoError(
                .request, "journal_exists",
                "'\(path)' holds what an earlier run had done. Go on with it, or delete it.")
        default:
            SottoError(
                .output, "journal_unwritable",
                "The journal '\(path)' cannot be written: \(SystemError(number: number)).")
        }
    }

    fileprivate static func otherRecording(_ path: String) -> SottoError {
        SottoError(
            .request, "journal_mismatch",
            "The journal '\(path)' belongs to another recording. Use the same, or begin anew.")
    }
}
