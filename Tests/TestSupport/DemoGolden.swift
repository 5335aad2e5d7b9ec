import Foundation

/// What the official implementation makes of a sample of the demo model.
package struct DemoGolden: Decodable, Sendable {
    package struct Piece: Decodable, Sendable {
        /// Samples at 16 kHz.
        package let start, end: Int
        package let token_ids: [Int]
        package let language: String
        package let text: String
    }

    package let file: String
    package let pieces: [Piece]
    package let text_windowed_attention: String
    /// The decoded samples of a compressed file, below `Tests/Fixtures`.
    package let pcm: String?

    /// By name.
    package static func all() throws -> [String: DemoGolden] {
        let url = Fixtures.demoModel.appending(path: "expected.json")
        return try JSONDecoder().decode([String: DemoGolden].self, from: Data(contentsOf: url))
    }

    /// A WAV file with the samples that the golden was made from.
    package var wavePath: String {
        pcm.map { Fixtures.path($0) }
            ?? Fixtures.demoModel.appending(path: "samples/\(file)").path(percentEncoded: false)
    }
}
