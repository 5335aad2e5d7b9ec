import Foundation
import HTTPTypes
import Hummingbird
import ServiceLifecycle
import Sotto
import Transcript

/// `/v1`: what programs written for OpenAI's API expect.
struct OpenAIRoutes {
    let store: JobStore
    let engine: EngineHost
    let queue: WorkQueue

    private struct ModelAnswer: Encodable {
        let id: String
        let object = "model"
        let created = 0
        let ownedBy = "sotto"

        enum CodingKeys: String, CodingKey {
            case id, object, created
            case ownedBy = "owned_by"
        }
    }

    private struct ModelList: Encodable {
        let object = "list"
        let data: [ModelAnswer]
    }

    func add(to router: Router<ServerContext>) {
        router.get("/v1/models") { _, _ in
            Response.json(ModelList(data: await engine.models.map { ModelAnswer(id: $0.name) }))
        }
        router.get("/v1/models/:id") { _, context in
            guard await engine.models.contains(where: { $0.name == context.id }) else {
                throw APIError.unknownModel(String(context.id.prefix(100)))
            }
            return Response.json(ModelAnswer(id: context.id))
        }
        router.post("/v1/audio/transcriptions", use: transcribe)
    }

    @Sendable private func transcribe(
        _ request: Request, _ context: ServerContext
    ) async throws -> Response {
        let (form, recording) = try await receive(request)
        let models = await engine.models.map(\.name)
        try form.check(models: models)
        if form.names(another: await engine.model?.name) {
            guard await store.activeCount == 0, await queue.runningCount == 0 else {
                throw APIError.engineBusy
            }
            try await engine.load(form.model)
        }
        // When the client goes, the work ends.
        let stop = StopSwitch()
        context.whenClientLeaves { stop.stop() }
        return form.isStreamed
            ? streamed(form, recording, stop) : try await whole(form, recording, stop)
    }

    /// Reads the form as it comes; the recording goes to the disk, encrypted.
    private func receive(_ request: Request) async throws -> (TranscriptionForm, StoredRecording) {
        guard let type = request.headers[.contentType],
            type.lowercased().hasPrefix("multipart/form-data")
        else {
            throw APIError(
                .unsupportedMediaType, "unsupported_media_type",
                "\(MultipartError.notMultipart)")
        }
        try await store.beginUpload()
        do {
            let received = try await read(request, type)
            await store.endUpload()
            return received
        } catch let error as MultipartError {
            await store.endUpload()
            throw APIError.badRequest("\(error)")
        } catch {
            await store.endUpload()
            throw error
        }
    }

    private func read(
        _ request: Request, _ type: String
    ) async throws -> (TranscriptionForm, StoredRecording) {
        var parser = try MultipartParser(contentType: type)
        var form = TranscriptionForm()
        var recording: StoredRecording?
        var part: MultipartPart?
        var text: [UInt8] = []
        var count = 0
        for try await buffer in request.body {
            count += buffer.readableBytes
            guard count <= store.limits.uploadBytes + TranscriptionForm.fieldLimit * 4 else {
                throw APIError.tooLarge(limit: store.limits.uploadBytes)
            }
            store.metrics.countUploadBytes(buffer.readableBytes)
            for event in try parser.append(buffer.readableBytesView) {
                switch event {
                case .part(let next):
                    part = next
                    text = []
                    guard next.name == "file" else { continue }
                    guard recording == nil else {
                        throw APIError.badRequest(
                            "Send one recording in each request.", parameter: "file")
                    }
                    recording = try StoredRecording(name: try recordingName(next.fileName))
                case .content(let bytes) where part?.name == "file":
                    try recording?.append(bytes)
                case .content(let bytes):
                    text += bytes
                    guard text.count <= TranscriptionForm.fieldLimit else {
                        throw APIError.tooLarge(limit: TranscriptionForm.fieldLimit)
                    }
                case .partEnd:
                    guard let part, part.name != "file" else { continue }
                    guard let value = String(validating: text, as: UTF8.self) else {
                        throw APIError.badRequest(
                            "A field is not UTF-8 text.", parameter: part.name)
                    }
                    try form.take(part.name, value)
                }
            }
        }
        try parser.finish()
        guard let recording else {
            throw APIError.badRequest(
                "The recording is missing. Send it as the field 'file'.", parameter: "file")
        }
        guard recording.byteCount > 0 else { throw APIError.empty(recording.name) }
        return (form, recording)
    }

    /// Waits for a turn, and for the engine.
    private func events(
        _ form: TranscriptionForm, _ recording: StoredRecording, _ stop: StopSwitch
    ) -> AsyncThrowingStream<TranscriptionEvent, any Error> {
        AsyncThrowingStream { continuation in
            let id = UUID().uuidString
            let (ending, grace) = (StopSwitch(), store.limits.grace)
            let task = Task {
                do {
                    try await withGracefulShutdownHandler {
                        guard await queue.enter(id, of: id), !stop.isStopped else {
                            throw CancellationError()
                        }
                        try await work(on: recording, form, stop) { continuation.yield($0) }
                    } onGracefulShutdown: {
                        Task {
                            try await Task.sleep(for: grace)
                            ending.stop()
                            stop.stop()
                        }
                    }
                    continuation.finish()
                } catch {
                    store.metrics.countJob(error is CancellationError ? "cancelled" : "failed")
                    continuation.finish(
                        throwing: ending.isStopped ? APIError.shuttingDown : error)
                }
                await queue.leave(id)
            }
            // One that waits has to be let go by name.
            stop.whenStopped { Task { await queue.leave(id) } }
            continuation.onTermination = { reason in
                guard case .cancelled = reason else { return }
                stop.stop()
                task.cancel()
            }
        }
    }

    /// Transcribes, and counts what comes of it. What was cut short is never taken for the whole.
    private func work(
        on recording: StoredRecording, _ form: TranscriptionForm, _ stop: StopSwitch,
        _ take: (TranscriptionEvent) -> Void
    ) async throws {
        let transcriber = try await engine.transcriber()
        // Another request may have changed it since this one was taken.
        guard await !form.names(another: engine.model?.name) else { throw APIError.engineBusy }
        let start = ContinuousClock.now
        var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }
        var isFirst = true
        for try await event in transcriber.transcribe(recording, options: form.options, stop: stop)
        {
            switch event {
            case .segment where isFirst:
                isFirst = false
                store.metrics.observeFirstText(seconds)
            case .finished(let transcription):
                guard !stop.isStopped else { throw CancellationError() }
                store.metrics.countJob(transcription.isComplete ? "done" : "incomplete")
                store.metrics.observeWork(
                    audioSeconds: transcription.durationSeconds, seconds: seconds)
            default: break
            }
            take(event)
        }
    }

    private func whole(
        _ form: TranscriptionForm, _ recording: StoredRecording, _ stop: StopSwitch
    ) async throws -> Response {
        for try await event in events(form, recording, stop) {
            guard case .finished(let transcription) = event else { continue }
            return answer(form, transcription)
        }
        throw CancellationError()
    }

    private func answer(_ form: TranscriptionForm, _ transcription: Transcription) -> Response {
        func file(_ format: Format) -> Response {
            Response(
                status: .ok, headers: [.contentType: format.mediaType],
                body: .init(byteBuffer: ByteBuffer(bytes: format.render(transcription))))
        }
        return switch form.format {
        case .json:
            .json(
                TranscriptionAnswer(
                    transcription, includesLogProbabilities: form.includesLogProbabilities))
        case .verboseJSON: .json(TranscriptionAnswer(verbose: transcription))
        case .text: file(.txt)
        case .srt: file(.srt)
        case .vtt: file(.vtt)
        }
    }

    /// Text as it becomes certain. What fails later is told as an event, for the status was sent before.
    private func streamed(
        _ form: TranscriptionForm, _ recording: StoredRecording, _ stop: StopSwitch
    ) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: .init { writer in
                var text = ""
                do {
                    for try await event in events(form, recording, stop) {
                        switch event {
                        case .text(let more):
                            text += more
                            try await writer.write(
                                ByteBuffer(bytes: TranscriptionStreamEvent.delta(more)))
                        case .progress:
                            // Shows whether the client is still there.
                            try await writer.write(ByteBuffer(string: ": working\n\n"))
                        case .finished(let transcription):
                            try await writer.write(
                                ByteBuffer(
                                    bytes: TranscriptionStreamEvent.done(
                                        transcription, text: text,
                                        includesLogProbabilities: form.includesLogProbabilities)))
                        case .partial, .segment, .remark: break
                        }
                    }
                } catch {
                    try await writer.write(
                        ByteBuffer(
                            bytes: Array("event: error\ndata: ".utf8)
                                + APIError(error).body + Array("\n\n".utf8)))
                }
                try await writer.finish(nil)
            })
    }
}
