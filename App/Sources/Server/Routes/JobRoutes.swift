import HTTPTypes
import Foundation
import Hummingbird
import NIOCore
import Sotto
import Transcript

/// `/api/jobs`: recordings, from their bytes to the exported text.
struct JobRoutes {
    let store: JobStore

    func add(to router: Router<ServerContext>) {
        let jobs = router.group("/api/jobs")
        jobs.post(use: upload)
        jobs.get(":id", use: show)
        jobs.delete(":id") { request, context in
            try await store.remove(context.id, of: context.sitting)
            return Response(status: .noContent)
        }
        jobs.post(":id/start") { request, context in
            let options = try await request.document(JobOptions.self, limit: store.limits)
            return Response.json(
                try await store.start(context.id, of: context.sitting, options: options),
                status: .accepted)
        }
        jobs.post(":id/cancel") { request, context in
            Response.json(
                try await store.cancel(context.id, of: context.sitting), status: .accepted)
        }
        jobs.post(":id/retry") { request, context in
            let part = try await request.document(Part.self, limit: store.limits)
            return Response.json(
                try await store.retry(context.id, of: context.sitting, range: part.range),
                status: .accepted)
        }
        jobs.post(":id/move") { request, context in
            let place = try await request.document(Place.self, limit: store.limits)
            try await store.move(context.id, before: place.before, of: context.sitting)
            return Response(status: .noContent)
        }
        jobs.put(":id/edits") { request, context in
            let edits = try await request.document(Edits.self, limit: store.limits)
            try await store.edit(context.id, of: context.sitting, edits.paragraphs)
            return Response(status: .noContent)
        }
        jobs.delete(":id/edits") { request, context in
            try await store.edit(context.id, of: context.sitting, nil)
            return Response(status: .noContent)
        }
        jobs.post(":id/polish") { request, context in
            let options = try await request.document(JobOptions.self, limit: store.limits)
            return Response.json(
                try await store.polish(context.id, of: context.sitting, options: options))
        }
        jobs.get(":id/export", use: export)
        jobs.get(":id/peaks", use: peaks)
        jobs.get(":id/speech") { request, context in
            let copy = try await store.listeningCopy(context.id, of: context.sitting)
            return Response.json(["speech": copy.speech.map { [$0.lowerBound, $0.upperBound] }])
        }
        jobs.get(":id/audio", use: audio)
    }

    private struct Part: Decodable { let range: [Double] }
    private struct Place: Decodable { let before: String? }
    private struct Edits: Decodable { let paragraphs: [EditedParagraph] }

    private struct Shown: Encodable {
        let job: JobRecord
        let transcript: TranscriptRecord
    }

    @Sendable private func show(_ request: Request, _ context: ServerContext) async throws
        -> Response
    {
        Response.json(
            Shown(
                job: try await store.record(context.id, of: context.sitting),
                transcript: try await store.transcript(context.id, of: context.sitting)))
    }

    /// Takes the bytes of a recording as they come.
    @Sendable private func upload(
        _ request: Request, _ context: ServerContext
    ) async throws -> Response {
        let name = try recordingName(request.uri.queryParameters.get("name"))
        let key = request.uri.queryParameters.get("upload").map { String($0.prefix(100)) }
        let length = request.headers[.contentLength].flatMap { Int($0) }
        try await store.beginUpload()
        defer { Task { await store.endUpload() } }
        if let length, length > store.limits.uploadBytes {
            throw APIError.tooLarge(limit: store.limits.uploadBytes)
        }
        let recording = try StoredRecording(name: name)
        let job = try await store.add(
            recording, sitting: context.sitting, state: .receiving, upload: key,
            bytesTotal: length)
        do {
            try await receive(request, into: recording, job.id)
            if let length, recording.byteCount < length { throw APIError.brokenOff }
            guard recording.byteCount > 0 else { throw APIError.empty(name) }
            try await store.decode(job.id)
        } catch {
            try? await store.remove(job.id, of: context.sitting)
            throw error
        }
        return Response.json(try await store.record(job.id, of: context.sitting), status: .created)
    }

    private func receive(
        _ request: Request, into recording: StoredRecording, _ id: String
    ) async throws {
        var told = ContinuousClock.now
        for try await buffer in request.body {
            guard recording.byteCount + buffer.readableBytes <= store.limits.uploadBytes else {
                throw APIError.tooLarge(limit: store.limits.uploadBytes)
            }
            try recording.append(Array(buffer.readableBytesView))
            store.metrics.countUploadBytes(buffer.readableBytes)
            if ContinuousClock.now - told > .milliseconds(100) {
                told = .now
                try await store.received(id)
            }
        }
    }

    @Sendable private func export(
        _ request: Request, _ context: ServerContext
    ) async throws -> Response {
        let name = request.uri.queryParameters.get("format") ?? "txt"
        guard let format = Format(rawValue: name) else {
            throw APIError.badOption(
                "The formats are " + Format.allCases.map(\.rawValue).joined(separator: ", ") + ".",
                parameter: "format")
        }
        let bytes = try await store.export(context.id, of: context.sitting, as: format)
        let file = try await store.exportName(context.id, of: context.sitting)
        return Response(
            status: .ok,
            headers: [
                .contentType: format.mediaType,
                .contentDisposition: contentDisposition(
                    fileName: "\(file).\(format.fileExtension)"),
            ],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    @Sendable private func peaks(
        _ request: Request, _ context: ServerContext
    ) async throws -> Response {
        let copy = try await store.listeningCopy(context.id, of: context.sitting)
        func number(_ name: String, _ usual: Double) throws -> Double {
            guard let text = request.uri.queryParameters.get(name) else { return usual }
            guard let value = Double(text), value.isFinite, value >= 0, value < 1e7 else {
                throw APIError.badOption("'\(name)' is a number from 0.", parameter: name)
            }
            return value
        }
        let start = try number("start", 0)
        let end = try number("end", max(copy.durationSeconds, start))
        let count = try number("count", 1000)
        guard end >= start, (1...20_000).contains(count) else {
            throw APIError.badOption(
                "Ask for 1 to 20,000 peaks, from a start to an end that is not before it.",
                parameter: "count")
        }
        let values = copy.peaks(seconds: start..<end, count: Int(count))
        return Response(
            status: .ok, headers: [.contentType: "application/octet-stream"],
            body: .init(byteBuffer: ByteBuffer(bytes: values.map { UInt8(bitPattern: $0) })))
    }

    @Sendable private func audio(
        _ request: Request, _ context: ServerContext
    ) async throws -> Response {
        let copy = try await store.listeningCopy(context.id, of: context.sitting)
        let total = copy.wavByteCount
        var (status, range) = (HTTPResponse.Status.ok, 0..<total)
        var headers: HTTPFields = [.contentType: "audio/wav", .acceptRanges: "bytes"]
        switch byteRange(request.headers[.range], of: total) {
        case .whole: break
        case .part(let part):
            (status, range) = (.partialContent, part)
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(total)"
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(total)"
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
        return Response(
            status: status, headers: headers,
            body: .init(contentLength: range.count) { [range] writer in
                var place = range.lowerBound
                while place < range.upperBound {
                    let next = min(place + 1 << 18, range.upperBound)
                    try await writer.write(ByteBuffer(bytes: try copy.wavBytes(place..<next)))
                    place = next
                }
                try await writer.finish(nil)
            })
    }
}

/// A name without folders and control characters, of a length that file systems take.
func recordingName(_ text: String?) throws -> String {
    let last = (text ?? "").split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? ""
    let name = String(
        String.UnicodeScalarView(
            last.unicodeScalars.filter { $0.properties.generalCategory != .control }.prefix(200)))
    return name.isEmpty ? "recording" : name
}

extension APIError {
    static func empty(_ name: String) -> APIError {
        APIError(
            .unprocessableContent, "audio_empty", "'\(name)' is empty. Was the recording saved?")
    }

    static let brokenOff = badRequest("The upload broke off. Send the recording again.")
}

extension Request {
    /// A body in JSON; an empty one is `{}`.
    func document<Value: Decodable>(_ type: Value.Type, limit: Limits) async throws -> Value {
        var bytes: [UInt8] = []
        for try await buffer in body {
            bytes += buffer.readableBytesView
            guard bytes.count <= limit.documentBytes else {
                throw APIError.tooLarge(limit: limit.documentBytes)
            }
        }
        do {
            return try JSONDecoder().decode(
                type, from: Data(bytes.isEmpty ? Array("{}".utf8) : bytes))
        } catch DecodingError.keyNotFound(let key, _) {
            throw APIError.badOption(
                "'\(key.stringValue)' is missing.", parameter: key.stringValue)
        } catch DecodingError.typeMismatch(_, let place), DecodingError.valueNotFound(_, let place)
        {
            let name = place.codingPath.map(\.stringValue).joined(separator: ".")
            throw APIError.badOption("'\(name)' is of the wrong type.", parameter: name)
        } catch {
            throw APIError.badRequest("The body is not JSON of the kind that is expected here.")
        }
    }
}
