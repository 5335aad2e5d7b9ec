import Foundation
import Hummingbird
import Sotto

/// A value that JSON shows as `null` where it is missing, so that a reader finds every name.
@propertyWrapper
struct Nullable<Value: Encodable & Sendable>: Encodable, Sendable {
    var wrappedValue: Value?

    init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let wrappedValue {
            try container.encode(wrappedValue)
        } else {
            try container.encodeNil()
        }
    }
}

/// What went wrong, in words and by a stable name.
struct Problem: Hashable, Sendable, Encodable {
    let message, code: String

    init(message: String, code: String) {
        self.message = message
        self.code = code
    }

    init(_ error: SottoError) { self.init(message: error.description, code: error.code) }
}

/// Bytes of JSON in one line.
func jsonBytes(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // A damaged model may make some.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    guard let data = try? encoder.encode(value) else {
        preconditionFailure("an answer that JSON cannot hold")
    }
    return Array(data)
}

extension Response {
    /// An answer in JSON.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(bytes: jsonBytes(value))))
    }
}
