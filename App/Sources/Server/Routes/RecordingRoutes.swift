import HTTPTypes
import Hummingbird
import Sotto

/// `/api/recordings`: sound that the browser records, in numbered pieces that may be sent again.
struct RecordingRoutes {
    let store: JobStore

    private struct Wanted: Decodable {
        var name: String?
        let sampleRate: Int
    }

    func add(to router: Router<ServerContext>) {
        let recordings = router.group("/api/recordings")
        recordings.post { request, context in
            let wanted = try await request.document(Wanted.self, limit: store.limits)
            guard (8000...192_000).contains(wanted.sampleRate) else {
                throw APIError.badOption(
                    "The sample rate is 8000 to 192000 Hz.", parameter: "sampleRate")
            }
            let recording = try StoredRecording(name: try recordingName(wanted.name))
            try recording.append(waveHeader(sampleRate: wanted.sampleRate))
            return Response.json(
                try await store.add(
                    recording, sitting: context.sitting, state: .recording,
                    sampleRate: wanted.sampleRate), status: .created)
        }
        recordings.post(":id/pieces/:number") { request, context in
            guard let number = context.parameters.get("number", as: Int.self), number >= 0 else {
                throw APIError.badRequest("Pieces are numbered from 0.", parameter: "number")
            }
            // Two seconds at the highest sample rate, and a little more.
            let limit = 192_000 * 2 * 2 + 65_536
            var bytes: [UInt8] = []
            for try await buffer in request.body {
                bytes += buffer.readableBytesView
                guard bytes.count <= limit else { throw APIError.tooLarge(limit: limit) }
            }
            guard bytes.count % 2 == 0 else {
                throw APIError.badRequest("A piece holds samples of 16 bits.")
            }
            let count = try await store.addPiece(
                number, bytes, to: context.id, of: context.sitting)
            return Response.json(["received": count])
        }
        recordings.post(":id/finish") { request, context in
            let record = try await store.record(context.id, of: context.sitting)
            guard record.state != .receiving else {
                throw APIError(.conflict, "not_ready", "This is an upload that has not ended.")
            }
            guard record.state != .recording || record.pieces > 0 else {
                throw APIError(
                    .conflict, "nothing_recorded", "Nothing was recorded yet. Record something.")
            }
            try await store.decode(context.id)
            return Response.json(
                try await store.record(context.id, of: context.sitting), status: .accepted)
        }
    }

    /// The start of a WAV file whose length is not known: 16 bit, mono.
    private func waveHeader(sampleRate: Int) -> [UInt8] {
        func bytes(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let unknown = bytes(0xFFFF_FFFF, 4)
        return Array("RIFF".utf8) + unknown + Array("WAVEfmt ".utf8) + bytes(16, 4) + bytes(1, 2)
            + bytes(1, 2) + bytes(sampleRate, 4) + bytes(sampleRate * 2, 4) + bytes(2, 2)
            + bytes(16, 2) + Array("data".utf8) + unknown
    }
}
