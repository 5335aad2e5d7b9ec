import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
public import Sandbox
import ServiceLifecycle
public import Sotto
import UnixSignals

/// How the server is started.
public struct ServerOptions: Sendable {
    /// An address of this machine.
    public var host = "127.0.0.1"
    /// 0 takes any that is free.
    public var port = 8501
    /// Names by which others may call this server, beside its address.
    public var hostNames: [String] = []
    /// What everybody has to know who asks; `nil` asks for nothing.
    public var token: String?
    /// Files in PEM form for TLS.
    public var tls: (certificate: String, key: String)?
    /// The model to load; `nil` takes the best.
    public var model: InstalledModel?
    /// What the model runs on.
    public var device = ComputeDevice.cpu
    /// What it keeps the model as; `nil` for what suits its memory.
    public var precision: Precision?
    /// Of the CPU; `nil` takes all.
    public var threads: Int?
    /// What the server takes.
    public var limits = Limits()

    /// This machine alone, without a token.
    public init() {}
}

/// The page, the API and the engine behind them.
public struct SottoServer: Sendable {
    private let options: ServerOptions
    private let environment: [String: String]
    private let programPath: String

    /// - Parameters:
    ///   - environment: as for ``Sotto/Transcriber``.
    ///   - programPath: where models that ship with Sotto are looked for.
    public init(_ options: ServerOptions, environment: [String: String], programPath: String) {
        self.options = options
        self.environment = environment
        self.programPath = programPath
    }

    /// Serves until the process is told to end, and ends the work that goes on then.
    ///
    /// - Parameter onListening: gets the address of the page, once it can be opened, and why the kernel does not
    ///   refuse connections out, where it does not.
    public func run(
        onListening: @escaping @Sendable (_ address: String, _ flaw: NetworkSeal.Failure?) -> Void
    ) async throws {
        let metrics = Metrics()
        let store = JobStore(limits: options.limits, metrics: metrics, environment: environment)
        let engine = EngineHost(
            model: options.model, device: options.device, precision: options.precision,
            threads: options.threads,
            environment: environment, programPath: programPath
        ) { await store.engineChanged() }
        let queue = WorkQueue(limit: options.limits.running) { await store.engineChanged() }
        await store.connect(engine, queue)
        var logger = Logger(label: "sotto")
        logger.logLevel = .error
        let application = Application(
            router: router(store, engine, queue, metrics), server: try serverBuilder(),
            configuration: .init(
                address: .hostname(options.host, port: options.port), serverName: nil,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    options.limits.connections)),
            services: [Housekeeping(store: store)],
            onServerRunning: { channel in
                var flaw: NetworkSeal.Failure?
                do throws(NetworkSeal.Failure) {
                    // From here on nothing that this process does can reach out.
                    try NetworkSeal.enter()
                } catch {
                    flaw = error
                }
                onListening(address(port: channel.localAddress?.port ?? options.port), flaw)
                try? await engine.load()
            }, logger: logger)
        let services = ServiceGroup(
            configuration: Self.lifecycle(of: application, grace: options.limits.grace, logger))
        do {
            try await services.run()
        } catch is CancellationError {
            // What did not end in its time was ended.
        }
    }

    private static func lifecycle(
        of application: some ApplicationProtocol, grace: Duration, _ logger: Logger
    ) -> ServiceGroupConfiguration {
        var configuration = ServiceGroupConfiguration(
            services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = grace + .seconds(2)
        return configuration
    }

    private func address(port: Int) -> String {
        let host = options.host.contains(":") ? "[\(options.host)]" : options.host
        let token = options.token.map { "?token=\($0)" } ?? ""
        return "\(options.tls == nil ? "http" : "https")://\(host):\(port)/\(token)"
    }

    private func serverBuilder() throws -> HTTPServerBuilder {
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [ClientWatch()], idleTimeout: .seconds(20),
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10,
                    maxHeaderFieldCount: 100)))
        guard let tls = options.tls else { return plain }
        let certificates = try NIOSSLCertificate.fromPEMFile(tls.certificate)
        let configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: tls.key, format: .pem)))
        return try .tls(plain, tlsConfiguration: configuration)
    }

    private func router(
        _ store: JobStore, _ engine: EngineHost, _ queue: WorkQueue, _ metrics: Metrics
    ) -> Router<ServerContext> {
        let router = Router(
            context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        let isSecure = options.tls != nil
        router.add(middleware: AnswerMiddleware(metrics: metrics, isSecure: isSecure))
        router.add(
            middleware: AccessMiddleware(
                hosts: HostRule(host: options.host, names: options.hostNames),
                token: options.token, isSecure: isSecure))
        PageRoutes().add(to: router)
        EngineRoutes(store: store, engine: engine).add(to: router)
        JobRoutes(store: store).add(to: router)
        RecordingRoutes(store: store).add(to: router)
        OpenAIRoutes(store: store, engine: engine, queue: queue).add(to: router)
        OperationsRoutes(store: store).add(to: router)
        refuseOtherMethods(router)
        return router
    }

    /// An address that is there, asked in another way than it takes, says which it takes.
    private func refuseOtherMethods(_ router: Router<ServerContext>) {
        let methods = Dictionary(grouping: router.routes, by: \.path.description)
            .mapValues { $0.map(\.method) }
        for (path, known) in methods {
            let allowed = (known + (known.contains(.get) ? [.head] : []))
                .sorted { $0.rawValue < $1.rawValue }
            for method: HTTPRequest.Method in [.get, .head, .post, .put, .patch, .delete, .options]
            where !allowed.contains(method) {
                router.on(RouterPath(path), method: method) { _, _ -> Response in
                    throw APIError.wrongMethod(allowed: allowed)
                }
            }
        }
    }
}
