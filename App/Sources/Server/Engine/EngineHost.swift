import Dispatch
import Foundation
import Sotto

/// The one engine that all requests share: loaded once, freed and loaded again when somebody asks.
actor EngineHost {
    /// What the engine is doing, for the page and for programs.
    struct Status: Sendable, Encodable {
        enum State: String, Sendable, Encodable { case loading, ready, busy, freed, failed, none }

        var state: State
        @Nullable var model: String?
        var isDemo: Bool
        @Nullable var device: String?
        @Nullable var precision: String?
        /// Which GPU it is and how its memory is used, or why none is.
        @Nullable var deviceNote: String?
        var memoryBytes: Int
        @Nullable var loadingSeconds: Double?
        @Nullable var loadedBytes: Int?
        @Nullable var totalBytes: Int?
        var running = 0
        var queued = 0
        @Nullable var error: Problem?
    }

    private enum Phase {
        case absent(SottoError)
        case loading(Task<Transcriber, any Error>, since: ContinuousClock.Instant)
        case ready(Transcriber)
        case freed
        case failed(SottoError)
    }

    private let environment: [String: String]
    private let device: ComputeDevice
    /// As somebody has chosen it.
    private var precision: Precision?
    private let threads: Int?
    private let programPath: String
    private var phase = Phase.freed
    private var loaded: (done: Int, total: Int)?
    /// A loader cannot be stopped midway: the next one waits for it.
    private var lastLoad: Task<Transcriber, any Error>?
    private(set) var model: InstalledModel?
    private let onChange: @Sendable () async -> Void

    /// - Parameters:
    ///   - model: the one to load first; `nil` takes the best that is installed.
    ///   - onChange: called whenever ``status`` is another.
    init(
        model: InstalledModel?, device: ComputeDevice = .cpu, precision: Precision? = nil,
        threads: Int?,
        environment: [String: String], programPath: String,
        onChange: @escaping @Sendable () async -> Void
    ) {
        self.environment = environment
        self.device = device
        self.precision = precision
        self.threads = threads
        self.programPath = programPath
        self.onChange = onChange
        self.model = model
    }

    /// The models that can be chosen, the best first.
    var models: [InstalledModel] {
        var models = InstalledModel.all(environment: environment)
        if let demo = InstalledModel.demo(programPath: programPath) { models.append(demo) }
        if let model, !models.contains(where: { $0.folder == model.folder }) {
            models.insert(model, at: 0)
        }
        return models
    }

    /// Loads a model in the background, another one in place of the one that is there.
    ///
    /// - Parameters:
    ///   - name: of one of ``models``; `nil` takes the one that was chosen last.
    ///   - precision: one of ``precisions``; `nil` likewise.
    func load(_ name: String? = nil, precision: Precision? = nil) async throws {
        if let precision {
            guard precisions.contains(precision) else {
                throw APIError.badOption(
                    "This machine runs the model in \(precisions.names) only.",
                    parameter: "precision")
            }
            self.precision = device == .cpu ? nil : precision
        }
        if let name {
            guard let chosen = models.first(where: { $0.name == name }) else {
                throw APIError.unknownModel(name)
            }
            model = chosen
        }
        begin()
        await onChange()
    }

    /// What may be chosen on the device; of the processor, where no GPU could be used.
    var precisions: [Precision] {
        if case .ready(let transcriber) = phase, transcriber.deviceName == "cpu" {
            return ComputeDevice.cpu.precisions
        }
        return device.precisions
    }

    /// The engine, loaded if it is not.
    func transcriber() async throws -> Transcriber {
        switch phase {
        case .ready(let transcriber): return transcriber
        case .loading(let task, _): return try await task.value
        case .freed, .failed, .absent:
            let task = begin()
            await onChange()
            return try await task.value
        }
    }

    /// Gives the model's memory back to the system.
    func free() async {
        if case .loading(let task, _) = phase { task.cancel() }
        phase = .freed
        returnFreedMemory()
        await onChange()
    }

    @discardableResult
    private func begin() -> Task<Transcriber, any Error> {
        // The old one goes first: two may not fit.
        let former = lastLoad
        former?.cancel()
        phase = .freed
        loaded = nil
        returnFreedMemory()
        let task = Task { [device, precision, threads, environment] in
            _ = await former?.result
            try Task.checkCancellation()
            let model = try self.chosenModel()
            return try await Self.load(
                model, device: device, precision: precision, threads: threads,
                environment: environment
            ) {
                done, total in
                Task { await self.progress(done, total) }
            }
        }
        phase = .loading(task, since: .now)
        lastLoad = task
        Task {
            let result = await task.result
            await self.end(task, result)
        }
        return task
    }

    private func chosenModel() throws -> InstalledModel {
        if let model { return model }
        let best = try InstalledModel.best(environment: environment, programPath: programPath)
        model = best
        return best
    }

    /// Loading blocks, so it has a thread of its own.
    private static func load(
        _ model: InstalledModel, device: ComputeDevice, precision: Precision?, threads: Int?,
        environment: [String: String],
        progress: @escaping @Sendable (Int, Int) -> Void
    ) async throws -> Transcriber {
        try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    with: Result {
                        try Transcriber(
                            model: model, device: device, precision: precision,
                            threads: threads, environment: environment,
                            progress: progress)
                    })
            }
            thread.name = "sotto.loader"
            thread.stackSize = 8 << 20
            thread.start()
        }
    }

    private func progress(_ done: Int, _ total: Int) async {
        guard case .loading = phase else { return }
        loaded = (done, total)
        await onChange()
    }

    private func end(
        _ task: Task<Transcriber, any Error>, _ result: Result<Transcriber, any Error>
    ) async {
        if lastLoad == task { lastLoad = nil }
        // Another load, or a wish to free, may have come meanwhile.
        guard case .loading(let current, _) = phase, current == task else {
            returnFreedMemory()
            return
        }
        switch result {
        case .success(let transcriber): phase = .ready(transcriber)
        case .failure(let error as SottoError) where error.code == "model_none_installed":
            phase = .absent(error)
        case .failure(let error):
            phase = .failed(error as? SottoError ?? SottoError(unexpected: error))
        }
        await onChange()
    }

    /// What it is doing now; who is waiting is known elsewhere.
    var status: Status {
        var status = Status(
            state: .freed, model: model?.name, isDemo: model?.isDemo ?? false, device: nil,
            precision: nil, deviceNote: nil, memoryBytes: residentByteCount(), loadingSeconds: nil,
            loadedBytes: loaded?.done, totalBytes: loaded?.total, error: nil)
        switch phase {
        case .absent(let error):
            status.state = .none
            status.error = Problem(error)
        case .failed(let error):
            status.state = .failed
            status.error = Problem(error)
        case .freed: break
        case .loading(_, let since):
            status.state = .loading
            status.loadingSeconds = (ContinuousClock.now - since) / .seconds(1)
        case .ready(let transcriber):
            status.state = .ready
            status.device = transcriber.deviceName
            status.precision = transcriber.precision.rawValue
            status.deviceNote = transcriber.deviceNote
        }
        return status
    }
}

/// Bytes of this process that lie in memory; 0 where the system does not tell.
func residentByteCount() -> Int {
    guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
        let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return 0 }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}
