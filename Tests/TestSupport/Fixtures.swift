import Compute
package import Foundation

/// The goldens beside the tests. A fixture that should exist and does not is a failure.
package enum Fixtures {
    /// `Tests/Fixtures`.
    package static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")

    /// The root of the project.
    package static let project = folder.deletingLastPathComponent().deletingLastPathComponent()

    /// `Models/demo`.
    package static let demoModel = project.appending(path: "Models/demo")

    /// The weights of the speech detector, which set-up fetches.
    package static let speechDetector = project.appending(
        path: "Models/speech-detector/silero_vad_16k.safetensors"
    ).path

    /// The path of a fixture, given relative to `Tests/Fixtures`.
    package static func path(_ name: String) -> String {
        folder.appending(path: name).path(percentEncoded: false)
    }

    /// A JSON fixture.
    package static func json<Value: Decodable>(
        _ name: String, as type: Value.Type = Value.self
    ) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: folder.appending(path: name)))
    }

    /// The tensors of a safetensors fixture, widened.
    package static func tensors(_ name: String) throws -> [String: [Float]] {
        try SafetensorsFile(path: path(name)).tensors.mapValues { $0.floats() }
    }

    /// A 16 kHz mono 16-bit WAV fixture whose header is 44 bytes: the samples divided by 32768.
    package static func samples(_ name: String) throws -> [Float] {
        let bytes = try [UInt8](Data(contentsOf: folder.appending(path: name)))
        return stride(from: 44, to: bytes.count - 1, by: 2).map { at in
            Float(Int16(bitPattern: UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8)) / 32768
        }
    }
}

/// The largest absolute difference; infinite if the counts differ or a value is not a number.
package func largestDifference(_ found: [Float], _ expected: [Float]) -> Float {
    guard found.count == expected.count else { return .infinity }
    return zip(found, expected).reduce(0) { largest, pair in
        let difference = abs(pair.0 - pair.1)
        return difference.isNaN ? .infinity : max(largest, difference)
    }
}
