import Audio
import Foundation
@testable import Sotto
import Synchronization
import TestSupport
import Testing

/// Recordings as they are played and drawn.
@Suite struct ListeningCopyTests {
    private let environment = ["SOTTO_DECODE": Decoders.real.path]

    private func stored(_ path: String, _ name: String = "talk") throws -> StoredRecording {
        let recording = try StoredRecording(name: name)
        try recording.append([UInt8](Data(contentsOf: URL(filePath: path))))
        return recording
    }

    private func decode(
        _ recording: StoredRecording, limit: Double? = nil
    ) async throws -> (copy: ListeningCopy, warnings: [String], told: [Double]) {
        let copy = try ListeningCopy()
        let told = Mutex<[Double]>([])
        let warnings = try await copy.decode(
            recording, limitSeconds: limit, environment: environment
        ) { done, _ in told.withLock { $0.append(done) } }
        return (copy, warnings, told.withLock { $0 })
    }

    @Test func `a WAV file of 16 bits comes out as it went in`() async throws {
        let path = Fixtures.path("demo-pcm/interview.wav")
        let file = [UInt8](try Data(contentsOf: URL(filePath: path)))
        // There are 78 bytes before its samples.
        let original = (file.prefix(44) + file.dropFirst(78))[...]
        let (copy, warnings, told) = try await decode(stored(path))
        #expect(warnings == [])
        #expect(copy.wavByteCount == original.count)
        #expect(copy.durationSeconds == Double(original.count - 44) / 32000)
        #expect(told.last == copy.durationSeconds)
        #expect(told == told.sorted())
        let whole = try copy.wavBytes(0..<copy.wavByteCount)
        #expect(whole.prefix(4) == original.prefix(4) && whole[8..<36] == file[8..<36])
        #expect(Int(whole[40]) | Int(whole[41]) << 8 | Int(whole[42]) << 16 == whole.count - 44)
        func sample(_ bytes: ArraySlice<UInt8>, _ index: Int) -> Int {
            Int(Int16(truncatingIfNeeded: Int(bytes[index]) | Int(bytes[index + 1]) << 8))
        }
        // 1/32768 in, 1/32767 out.
        #expect(
            stride(from: 44, to: whole.count, by: 2).allSatisfy {
                abs(sample(whole[...], $0) - sample(original, $0)) <= 1
            })
        for range in [
            0..<10, 40..<50, 43..<47, 1001..<5003, original.count - 3..<original.count + 9,
        ] {
            #expect(
                try copy.wavBytes(range) == Array(whole[range.clamped(to: 0..<whole.count)]))
        }
    }

    @Test func `the waveform is that of the samples`() async throws {
        let (copy, _, _) = try await decode(stored(Decoders.path("cbr.mp3")))
        let bytes = try copy.wavBytes(44..<copy.wavByteCount)
        let samples = stride(from: 0, to: bytes.count, by: 2).map {
            Int16(truncatingIfNeeded: Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8)
        }
        func scaled(_ sample: Int16?) -> Int8 {
            Int8((Double(sample ?? 0) * 127 / 32767).rounded())
        }
        for (start, width, count) in [(0.0, 0.01, 1000), (2.5, 0.1, 40), (0.29, 0.25, 7)] {
            let peaks = copy.peaks(seconds: start..<start + width * Double(count), count: count)
            try #require(peaks.count == 2 * count)
            for index in 0..<count {
                let first = Int(((start + Double(index) * width) * 100).rounded())
                let last = Int(((start + Double(index + 1) * width) * 100).rounded())
                let part = samples[first * 160..<min(samples.count, last * 160)]
                #expect(peaks[2 * index] == scaled(part.min()), "\(start) \(index)")
                #expect(peaks[2 * index + 1] == scaled(part.max()), "\(start) \(index)")
            }
        }
        let beyond = copy.peaks(seconds: copy.durationSeconds + 0.02..<100, count: 5)
        #expect(beyond == [Int8](repeating: 0, count: 10))
        #expect(copy.peaks(seconds: 0..<1, count: 0) == [])
        #expect(copy.peaks(seconds: -2 ..< -1, count: 2) == [0, 0, 0, 0])
    }

    @Test func `speech is where somebody speaks`() async throws {
        let (copy, _, _) = try await decode(stored(Fixtures.path("demo-pcm/long-talk.wav")))
        let spoken = copy.speech.reduce(0) { $0 + $1.upperBound - $1.lowerBound }
        #expect(spoken > 0.5 * copy.durationSeconds)
        #expect(spoken < copy.durationSeconds)
        #expect(
            zip(copy.speech, copy.speech.dropFirst()).allSatisfy {
                $1.lowerBound - $0.upperBound >= 0.3
            })
        #expect(copy.speech.last.map { $0.upperBound <= copy.durationSeconds } == true)
    }

    @Test func `a recording over the limit is refused`() async throws {
        let recording = try stored(Decoders.path("cbr.mp3"), "long.mp3")
        do {
            _ = try await decode(recording, limit: 5)
            Issue.record("it was taken")
        } catch let error as SottoError {
            #expect(error.kind == .data)
            #expect(error.code == "audio_over_limit")
            #expect(error.description == "'long.mp3' is longer than 5.00 s. Cut it into parts.")
        }
    }

    @Test func `warnings are those of a transcription`() async throws {
        let bytes = [UInt8](
            try Data(contentsOf: URL(filePath: Fixtures.path("demo-pcm/interview.wav"))))
        let recording = try StoredRecording(name: "cut.wav")
        try recording.append(Array(bytes.prefix(78 + 64_000)))
        let (copy, warnings, _) = try await decode(recording)
        #expect(copy.durationSeconds == 2)
        #expect(warnings.count == 1)
        #expect(warnings.first?.hasPrefix("The recording breaks off after 2.00 s of ") == true)
    }

    @Test func `what is no recording is an error in words`() async throws {
        let recording = try StoredRecording(name: "notes.txt")
        try recording.append(Array("This is no recording.".utf8))
        await #expect(throws: SottoError.self) { _ = try await decode(recording) }
    }

    @Test func `a cancelled decode ends at once, whatever the decoder does`() async throws {
        let sleeper = FileManager.default.temporaryDirectory.appending(path: "sleeper-\(UUID()).sh")
        try Data("#!/bin/sh\nexec sleep 60\n".utf8).write(to: sleeper)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: sleeper.path)
        defer { try? FileManager.default.removeItem(at: sleeper) }
        let recording = try stored(Decoders.path("cbr.mp3"))
        let copy = try ListeningCopy()
        let task = Task {
            try await copy.decode(recording, environment: ["SOTTO_DECODE": sleeper.path]) { _, _ in
            }
        }
        try await Task.sleep(for: .milliseconds(200))
        let start = ContinuousClock.now
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
        // Other tests may keep the threads busy; alone it takes 20 ms.
        #expect(.now - start < .seconds(10))
    }
}
