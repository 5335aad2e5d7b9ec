import HTTPTypes
import Hummingbird

/// The page, which is compiled into the program.
struct PageRoutes {
    func add(to router: Router<ServerContext>) {
        router.get("/") { _, _ in Self.file("index.html") ?? Response(status: .notFound) }
        router.get("/page/:name") { _, context in
            guard let name = context.parameters.get("name"), let response = Self.file(name) else {
                throw APIError.notFound
            }
            return response
        }
    }

    private static func file(_ name: String) -> Response? {
        guard let bytes = PageFiles.all[name] else { return nil }
        let type =
            switch name.split(separator: ".").last {
            case "html": "text/html; charset=utf-8"
            case "css": "text/css; charset=utf-8"
            case "js": "text/javascript; charset=utf-8"
            case "svg": "image/svg+xml"
            default: "application/octet-stream"
            }
        // A new program has a new page: nothing is to be shown from a browser's store.
        return Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "no-cache"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
