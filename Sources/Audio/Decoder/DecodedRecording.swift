package import DecodeProtocol
import FoundationEssentials
import Glibc

/// Where the program lies that decodes recordings.
package struct DecoderProgram: Hashable, Sendable {
    /// `sotto-decode`.
    package let path: String
    /// How long it may say nothing before it is taken for dead.
    package var patience = Duration.seconds(60)

    package init(path: String) {
        self.path = path
    }

    /// `$SOTTO_DECODE`, else the one beside the program that runs.
    package static func installed(environment: [String: String]) -> DecoderProgram {
        let beside = URL(filePath: runningProgramPath()).deletingLastPathComponent()
            .appending(path: "sotto-decode")
        let named = environment["SOTTO_DECODE"].flatMap { $0.isEmpty ? nil : $0 }
        return DecoderProgram(path: named ?? beside.path)
    }
}

/// Where the program that runs was started from, even if another one was put in its place since.
package func runningProgramPath() -> String {
    let link = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = link ?? "/proc/self/exe"
    // So the kernel marks a program that was replaced.
    return path.hasSuffix(" (deleted)") ? String(path.dropLast(10)) : path
}

/// Any recording, decoded by a process of its own that can do nothing else.
///
/// The process may be taken over by the file it reads. So nothing is believed that breaks the protocol,
/// and its end is the end of the recording only if it says so.
package final class DecodedRecording: SampleSource {
    package private(set) var expectedSampleCount: Int?
    package private(set) var flaws: [RecordingFlaw] = []
    /// What the header says.
    package private(set) var media: MediaDescription?

    private let file: any Recording
    private let request: DecodeRequest
    private let decoder: DecoderProgram
    private let process: ChildProcess
    private let cancellation: Cancellation?
    private var reader = MessageReader()
    private var waiting: [Float]?

    private static let readByteCount = 1 << 16

    /// How soon a cancellation is noticed.
    private static let glance = Duration.milliseconds(100)

    /// Starts the decoder and waits for what the header tells and the first samples.
    ///
    /// - Parameter cancellation: ends the decoder, and this with ``AudioError/decoderKilled(path:)``.
    package init(
        _ file: any Recording, request: DecodeRequest, decoder: DecoderProgram,
        cancellation: Cancellation? = nil
    ) throws(AudioError) {
        self.file = file
        self.request = request
        self.decoder = decoder
        self.cancellation = cancellation
        let seekable = try file.seekable()
        var request = request
        request.isSealed = seekable.key != nil
        do throws(SystemError) {
            process = try ChildProcess(
                decoder.path, arguments: request.arguments, input: seekable.descriptor,
                key: seekable.key)
        } catch {
            throw .decoderMissing(path: decoder.path, reason: error.description)
        }
        // The first samples, if any, come after all that the header tells.
        waiting = try nextSamples()
    }

    package func next() throws(AudioError) -> [Float]? {
        if let samples = waiting {
            waiting = nil
            return samples
        }
        return try nextSamples()
    }

    private func nextSamples() throws(AudioError) -> [Float]? {
        while !reader.isOver {
            switch try nextMessage() {
            case .samples(let samples):
                return samples
            case .duration(let sampleCount):
                expectedSampleCount = sampleCount
            case .opened(let description):
                media = description
            case .hello, .working:
                break
            case .failed(let failure):
                throw audioError(failure)
            case .ended(let summary):
                if summary.isTruncated { flaws.append(.truncated) }
                if summary.damageCount > 0 {
                    flaws.append(
                        .damaged(count: summary.damageCount, firstSample: summary.firstDamage))
                }
                if summary.isFollowed { flaws.append(.followed) }
                if file.hasChanged { flaws.append(.changed) }
                try expectEnd()
            }
        }
        return nil
    }

    private func nextMessage() throws(AudioError) -> DecoderMessage {
        while true {
            do throws(MessageReader.Violation) {
                if let message = try reader.next() { return message }
            } catch {
                throw killed("sent \(error.reason)")
            }
            switch try read() {
            case .bytes(let bytes):
                reader.append(bytes)
                continue
            case .end:
                break
            case .nothing(let patience):
                throw killed(Self.words(forSilence: patience))
            }
            let ending = process.waitForEnd()
            guard ending != .killed(signal: SIGKILL) else { throw .decoderKilled(path: file.name) }
            throw failed(Self.words(for: ending))
        }
    }

    /// Nothing may follow the last message.
    private func expectEnd() throws(AudioError) {
        switch try read() {
        case .end where !reader.hasMore: process.kill()
        case .nothing(let patience): throw killed(Self.words(forSilence: patience))
        case .end, .bytes: throw killed("sent more after its last message")
        }
    }

    private func read() throws(AudioError) -> ChildProcess.Reading {
        var patience = decoder.patience
        while cancellation?.isCancelled != true {
            let part = cancellation == nil ? patience : min(patience, Self.glance)
            do throws(SystemError) {
                let reading = try process.read(Self.readByteCount, patience: part)
                guard case .nothing = reading else { return reading }
            } catch {
                throw .unreadable(path: file.name, reason: error.description)
            }
            patience -= part
            if patience <= .zero { return .nothing(within: decoder.patience) }
        }
        process.kill()
        throw .decoderKilled(path: file.name)
    }

    /// Ends the decoder for what it did.
    private func killed(_ reason: String) -> AudioError {
        process.kill()
        return failed(reason)
    }

    private static func words(forSilence patience: Duration) -> String {
        "said nothing for \(Int(patience / .seconds(1))) s"
    }

    private func failed(_ reason: String) -> AudioError {
        // Whatever has not said who it is has not read the file either.
        reader.hasBegun
            ? .decoderFailed(path: file.name, reason: reason)
            : .decoderMissing(path: decoder.path, reason: "it " + reason)
    }

    private static func words(for ending: ChildProcess.Ending) -> String {
        switch ending {
        case .exited(let code): "ended without a word (exit code \(code))"
        case .killed(SIGSYS): "tried something that it may not do, and was ended"
        case .killed(SIGXCPU): "used more processor time than any recording needs"
        case .killed(let signal): "crashed (signal \(signal))"
        }
    }

    private func audioError(_ failure: DecodeFailure) -> AudioError {
        let (path, detail) = (file.name, failure.detail)
        return switch failure.reason {
        case .notMedia: .notMedia(path: path, found: file.kind)
        case .noSound: .noSound(path: path)
        case .encrypted: .encrypted(path: path)
        case .unsupportedCodec: .unsupportedEncoding(path: path, found: detail)
        case .malformedHeader: .malformedHeader(path: path, reason: detail)
        case .noSuchTrack: .noSuchTrack(path: path, wanted: request.track ?? 0, found: detail)
        case .noSamples: .noSamples(path: path)
        case .notFinite: .notFinite(path: path)
        case .tooLong: .tooLong(path: path)
        case .outOfMemory: failed("needs more memory than it may have")
        case .unreadable:
            .unreadable(
                path: path, reason: SystemError(number: Int32(detail) ?? 0).description)
        case .unconfined: .decoderUnconfined(reason: detail)
        case .unexpected: failed("gave up (\(detail))")
        }
    }
}
