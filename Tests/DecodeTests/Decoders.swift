import Audio
import DecodeProtocol
import Foundation
import TestSupport

/// The programs that were built beside this test, and the recordings of `scripts/make-media.sh`.
enum Decoders {
    static let real = DecoderProgram.installed(environment: [:])
    static let hostile = DecoderProgram(
        path: URL(filePath: real.path).deletingLastPathComponent()
            .appending(path: "HostileDecoder").path)

    /// The recording that every format holds: 10.415 s at 16 kHz.
    static let original: [Float] = {
        let path = Fixtures.demoModel.appending(path: "samples/consultation.wav").path
        guard let reader = try? WaveReader(path: path) else { return [] }
        var samples: [Float] = []
        while let more = try? reader.next() { samples += more }
        return samples
    }()

    /// The path of a recording, relative to what the script made.
    static func path(_ name: String) -> String {
        Fixtures.project.appending(path: ".build/media/\(name)").path
    }

    /// A recording, decoded by the program even where the library could read it.
    static func open(_ name: String, _ request: DecodeRequest = .init()) throws -> DecodedRecording
    {
        let file = try RecordingFile(path: name.hasPrefix("/") ? name : path(name))
        return try DecodedRecording(file, request: request, decoder: real)
    }

    /// All samples of a recording.
    static func samples(
        _ name: String, _ request: DecodeRequest = .init()
    ) throws -> (samples: [Float], source: DecodedRecording) {
        let source = try open(name, request)
        var samples: [Float] = []
        while let more = try source.next() { samples += more }
        return (samples, source)
    }
}
