import HTTPTypes
import Hummingbird

/// Who may ask, and what they may see: requests that came to this server's own name, from its own page or
/// from a program, with the token where there is one. Recordings belong to a sitting, which a cookie names.
struct AccessMiddleware: RouterMiddleware {
    let hosts: HostRule
    /// `nil` where none is asked for.
    let token: String?
    let isSecure: Bool

    private static let sittingCookie = "sotto_sitting"
    private static let tokenCookie = "sotto_token"
    /// What tells nothing about anybody, for those who watch whether the server is there.
    private static let openPaths: Set<String> = ["/healthz", "/readyz"]

    func handle(
        _ request: Request, context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        guard let host = request.head.authority, hosts.allows(host) else {
            throw APIError(
                .misdirectedRequest, "wrong_host",
                "This server does not answer to that name. Use the address that it printed, "
                    + "or start it with --allow-host.")
        }
        guard originIsAllowed(request, host: host) else {
            throw APIError(
                .forbidden, "foreign_origin", "Pages of other sites may not ask this server.")
        }
        if request.uri.path == "/", !isOwnPage(request) { return arrival(of: request) }
        let cookies = cookies(request.headers[.cookie])
        if let token, !Self.openPaths.contains(request.uri.path) {
            if request.uri.path == "/", let given = request.uri.queryParameters.get("token"),
                isSame(given, token)
            {
                return enter(with: token)
            }
            let given = bearer(request) ?? cookies[Self.tokenCookie] ?? ""
            guard isSame(given, token) else { return refusal(of: request) }
        }
        var context = context
        let sitting = cookies[Self.sittingCookie].flatMap { isToken($0) ? $0 : nil }
        context.sitting = sitting ?? makeToken()
        var response = try await next(request, context)
        if sitting == nil, needsSitting(request) {
            response.headers[.setCookie] = cookie(Self.sittingCookie, context.sitting)
        }
        return response
    }

    private func needsSitting(_ request: Request) -> Bool {
        request.uri.path == "/" || request.uri.path.hasPrefix("/api/")
    }

    /// A browser names the page that asks; programs name none.
    private func originIsAllowed(_ request: Request, host: String) -> Bool {
        if let origin = request.headers[.origin] {
            return origin.lowercased() == "\(isSecure ? "https" : "http")://\(host.lowercased())"
        }
        // A link from elsewhere may open the page and nothing else.
        return isOwnPage(request) || (request.method == .get && request.uri.path == "/")
    }

    private func isOwnPage(_ request: Request) -> Bool {
        ["same-origin", "none", nil].contains(request.headers[.secFetchSite])
    }

    /// Whoever comes by a link from elsewhere sends no cookie of ours, and would be taken for somebody new. The
    /// page that is sent goes on to the same address by itself, and then the cookies come along.
    private func arrival(of request: Request) -> Response {
        var address = "/"
        if let token, let given = request.uri.queryParameters.get("token"), isSame(given, token) {
            address += "?token=\(token)"
        }
        return page(#"<meta http-equiv="refresh" content="0;url=\#(address)">"#, status: .ok)
    }

    private func page(_ content: String, status: HTTPResponse.Status) -> Response {
        let head = #"<!doctype html><html lang="en"><meta charset="utf-8"><title>Sotto</title>"#
        return Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: "\(head)\n\(content)\n</html>")))
    }

    private func bearer(_ request: Request) -> String? {
        guard let value = request.headers[.authorization],
            value.lowercased().hasPrefix("bearer ")
        else { return nil }
        return String(value.dropFirst(7))
    }

    /// Trades the token of the address for a cookie, so that it does not stay in the address.
    private func enter(with token: String) -> Response {
        Response(
            status: .seeOther,
            headers: [.location: "/", .setCookie: cookie(Self.tokenCookie, token)])
    }

    private func refusal(of request: Request) -> Response {
        guard request.uri.path == "/" else {
            return APIError(
                .unauthorized, "token_missing",
                "This server asks for its token. Send it as 'Authorization: Bearer TOKEN'."
            ).response
        }
        return page(
            """
            <h1>Sotto</h1>
            <p>Open the whole address that the server printed when it was started; it holds the token.</p>
            <p lang="zh">请打开服务器启动时显示的完整网址，其中含有访问令牌。</p>
            """, status: .unauthorized)
    }

    private func cookie(_ name: String, _ value: String) -> String {
        "\(name)=\(value); Path=/; HttpOnly; SameSite=Strict" + (isSecure ? "; Secure" : "")
    }
}

extension HTTPField.Name {
    fileprivate static let secFetchSite = unwrapped("Sec-Fetch-Site")

    private static func unwrapped(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else { preconditionFailure("a field's name") }
        return field
    }
}
