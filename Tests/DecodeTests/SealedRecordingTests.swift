import Audio
import DecodeProtocol
import Dispatch
import Foundation
import Testing

/// Recordings that lie encrypted on the disk, read by this process and by the decoder.
@Suite struct SealedRecordingTests {
    private func sealed(_ name: String) throws -> SealedRecording {
        let file = try SealedFile()
        var rest = try Data(contentsOf: URL(filePath: Decoders.path(name)))[...]
        while !rest.isEmpty {
            try file.append(Array(rest.prefix(10_007)))
            rest = rest.dropFirst(10_007)
        }
        return try SealedRecording(file, name: name)
    }

    private func all(_ source: any SampleSource) throws -> [Float] {
        var samples: [Float] = []
        while let more = try source.next() { samples += more }
        return samples
    }

    @Test(arguments: ["channels-2.wav", "cbr.mp3", "aac.m4a", "index-first.m4a", "alac.m4a"])
    func `a sealed recording gives the samples of the plain file`(_ name: String) throws {
        let plain = try openRecording(
            path: Decoders.path(name), request: .init(), decoder: Decoders.real)
        let found = try openRecording(sealed(name), request: .init(), decoder: Decoders.real)
        let (expected, samples) = (try all(plain), try all(found))
        #expect(expected.count > 100_000)
        #expect(samples == expected)
        #expect(found.flaws == plain.flaws)
        #expect(found.expectedSampleCount == plain.expectedSampleCount)
        #expect((found is WaveReader) == name.hasSuffix(".wav"))
    }

    @Test func `a sealed WAV file goes through the decoder where a filter is asked for`() throws {
        let request = DecodeRequest(filters: [.highpass])
        let plain = try Decoders.samples("channels-2.wav", request).samples
        let found = try all(
            openRecording(sealed("channels-2.wav"), request: request, decoder: Decoders.real))
        #expect(found == plain)
    }

    @Test func `what is added while it is read is told and not heard`() throws {
        let file = try SealedFile()
        try file.append([UInt8](Data(contentsOf: URL(filePath: Decoders.path("channels-2.wav")))))
        let source = try WaveReader(SealedRecording(file, name: "talk.wav"))
        try file.append([1, 2, 3])
        #expect(try all(source).count > 100_000)
        #expect(source.flaws.contains(.changed))
    }

    @Test func `messages name a sealed recording`() throws {
        let file = try SealedFile()
        #expect(throws: AudioError.empty(path: "talk.mp3")) {
            _ = try SealedRecording(file, name: "talk.mp3")
        }
        try file.append(Array("This is no recording.".utf8))
        #expect(throws: AudioError.notMedia(path: "talk.mp3", found: nil)) {
            _ = try openRecording(
                SealedRecording(file, name: "talk.mp3"), request: .init(), decoder: Decoders.real)
        }
    }

    @Test func `a cancellation ends a decoder that says nothing`() throws {
        let file = try SealedFile()
        try file.append([1, 2, 3])
        let cancellation = Cancellation()
        // Other tests may keep every thread of the tasks' pool busy.
        DispatchQueue(label: "cancel").asyncAfter(deadline: .now() + 0.05) { cancellation.cancel() }
        let start = ContinuousClock.now
        // A program that waits for longer than this test.
        let sleeper = FileManager.default.temporaryDirectory.appending(path: "sleeper-\(UUID()).sh")
        try Data("#!/bin/sh\nexec sleep 60\n".utf8).write(to: sleeper)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: sleeper.path)
        defer { try? FileManager.default.removeItem(at: sleeper) }
        let recording = try SealedRecording(file, name: "talk.mp3")
        #expect(throws: AudioError.decoderKilled(path: "talk.mp3")) {
            _ = try DecodedRecording(
                recording, request: .init(), decoder: DecoderProgram(path: sleeper.path),
                cancellation: cancellation)
        }
        #expect(.now - start < .seconds(10))
    }
}
