import HTTPTypes
import Hummingbird

/// For those who run the server: is it there, can it work, how does it do.
struct OperationsRoutes {
    let store: JobStore

    func add(to router: Router<ServerContext>) {
        router.get("/healthz") { _, _ in Self.text("ok\n") }
        router.get("/readyz") { _, _ in
            let status = await store.engineStatus()
            // Freed memory is loaded again when it is needed.
            let isReady = [.ready, .busy, .freed].contains(status.state)
            return Response.json(
                ["state": status.state], status: isReady ? .ok : .serviceUnavailable)
        }
        router.get("/metrics") { _, _ in
            Self.text(
                store.metrics.text(residentBytes: residentByteCount()),
                type: "text/plain; version=0.0.4; charset=utf-8")
        }
        router.get("/api/openapi.json") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json)))
        }
    }

    private static func text(
        _ text: String, type: String = "text/plain; charset=utf-8"
    ) -> Response {
        Response(
            status: .ok, headers: [.contentType: type],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }
}
