import HTTPTypes
import Hummingbird
import Sandbox
import ServiceLifecycle
import Sotto
import Transcript

/// `/api/state`, `/api/events`, `/api/engine`: what the page shows beside the recordings.
struct EngineRoutes {
    let store: JobStore
    let engine: EngineHost

    private struct Choice: Decodable { let model, precision: String? }
    private struct Lists: Decodable { let hotWords, replacements: String? }
    private struct ReadLists: Encodable {
        let hotWords: [String]
        let replacementCount: Int
    }

    func add(to router: Router<ServerContext>) {
        router.get("/api/state") { request, context in
            Response.json(
                StateRecord(
                    await surroundings(of: context.sitting),
                    jobs: await store.records(of: context.sitting), transcripts: nil))
        }
        router.get("/api/events", use: events)
        router.post("/api/engine/load") { request, context in
            let choice = try await request.document(Choice.self, limit: store.limits)
            let precision = try choice.precision.map { name throws(APIError) in
                guard let precision = Precision(rawValue: name) else {
                    throw APIError.badOption(
                        "There is no precision '\(name)'.", parameter: "precision")
                }
                return precision
            }
            try await expectIdle()
            try await engine.load(choice.model, precision: precision)
            return Response.json(await store.engineStatus(), status: .accepted)
        }
        router.post("/api/engine/free") { request, context in
            try await expectIdle()
            await engine.free()
            return Response.json(await store.engineStatus())
        }
        router.post("/api/forget") { request, context in
            await store.forget(context.sitting)
            return Response(status: .noContent)
        }
        router.post("/api/lists") { request, context in
            let lists = try await request.document(Lists.self, limit: store.limits)
            do throws(PolishLists.Flaw) {
                return Response.json(
                    ReadLists(
                        hotWords: PolishLists.hotWords(lists.hotWords ?? ""),
                        replacementCount: try PolishLists.replacements(lists.replacements ?? "")
                            .count))
            } catch {
                throw APIError.badOption("\(error)", parameter: "replacements")
            }
        }
        router.get("/api/privacy") { request, context in
            Response.json(PrivacyRecord(NetworkSeal.evidence()))
        }
    }

    private func expectIdle() async throws {
        let status = await store.engineStatus()
        guard await store.activeCount == 0, status.running == 0, status.queued == 0 else {
            throw APIError.engineBusy
        }
    }

    private func surroundings(of sitting: String) async -> StateRecord.Surroundings {
        let precisions = await engine.precisions
        return .init(
            sitting: sitting, engine: await store.engineStatus(),
            models: await engine.models.map { ModelRecord($0, precisions: precisions) },
            limits: store.limits)
    }

    /// Server-sent events until the page goes.
    @Sendable private func events(
        _ request: Request, _ context: ServerContext
    ) async throws -> Response {
        let sitting = context.sitting
        let surroundings = await surroundings(of: sitting)
        let (id, events) = await store.subscribe(sitting) { jobs, transcripts in
            eventBytes(
                "state", StateRecord(surroundings, jobs: jobs, transcripts: transcripts))
        }
        // The engine may have changed since it was looked at.
        await store.engineChanged()
        let store = store
        context.whenClientLeaves { Task { await store.unsubscribe(id, of: sitting) } }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream"],
            body: .init { writer in
                let ticking = Task {
                    while !Task.isCancelled {
                        try await Task.sleep(for: .seconds(15))
                        await store.keepAlive(sitting)
                    }
                }
                defer {
                    ticking.cancel()
                    Task { await store.unsubscribe(id, of: sitting) }
                }
                for await event in events.cancelOnGracefulShutdown() {
                    try await writer.write(ByteBuffer(bytes: event))
                }
                try await writer.finish(nil)
            })
    }
}

struct StateRecord: Encodable, Sendable {
    struct LimitsRecord: Encodable, Sendable {
        let uploadBytes: Int
        let durationSeconds: Double
        let uploads: Int
    }

    struct FormatRecord: Encodable, Sendable {
        let name, mediaType: String
        let isText: Bool
    }

    struct LanguageRecord: Encodable, Sendable { let name, code: String }

    let version = sottoVersion
    let sitting: String
    let engine: EngineHost.Status
    let jobs: [JobRecord]
    let models: [ModelRecord]
    let limits: LimitsRecord
    let formats = Format.allCases.map {
        FormatRecord(name: $0.rawValue, mediaType: $0.mediaType, isText: $0.isText)
    }
    let languages = Language.all.map { LanguageRecord(name: $0.name, code: $0.code) }
    let rules = PolishRule.allCases.map(\.rawValue)
    let usualRules = PolishRule.allCases.filter(PolishOptions().rules.contains).map(\.rawValue)
    let privacy: [String: Bool]
    let isKept: Bool
    @Nullable var keepMinutes: Double?
    let transcripts: [String: TranscriptRecord]?

    /// What there is beside the recordings.
    struct Surroundings: Sendable {
        let sitting: String
        let engine: EngineHost.Status
        let models: [ModelRecord]
        let limits: Limits
    }

    init(
        _ surroundings: Surroundings, jobs: [JobRecord], transcripts: [String: TranscriptRecord]?
    ) {
        let limits = surroundings.limits
        sitting = surroundings.sitting
        engine = surroundings.engine
        models = surroundings.models
        self.jobs = jobs
        self.limits = LimitsRecord(
            uploadBytes: limits.uploadBytes, durationSeconds: limits.durationSeconds,
            uploads: limits.uploads)
        self.transcripts = transcripts
        privacy = ["isSealed": NetworkSeal.evidence().isSealed]
        isKept = limits.keep == nil
        keepMinutes = limits.keep.map { $0 / .seconds(60) }
    }
}

struct ModelRecord: Encodable, Sendable {
    let name: String
    let isDemo: Bool
    let bytes: Int
    let precisions: [String]

    init(_ model: InstalledModel, precisions: [Precision]) {
        self.precisions = precisions.map(\.rawValue)
        name = model.name
        isDemo = model.isDemo
        bytes = model.byteCount
    }
}
