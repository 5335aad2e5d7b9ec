import HTTPTypes
import Hummingbird
import Logging

/// Turns whatever a handler throws into the one error body, adds the headers that every answer has, counts,
/// and logs without content.
struct AnswerMiddleware: RouterMiddleware {
    let metrics: Metrics
    let isSecure: Bool

    func handle(
        _ request: Request, context: ServerContext,
        next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let failure = APIError(error)
            if failure.status.code == 500 {
                // The type alone: a description may hold what somebody said.
                context.logger.error("unexpected \(type(of: error)) in \(route(context))")
            }
            response = failure.response
        }
        if request.method == .head { response.body = .init() }
        for field in securityHeaders(isSecure: isSecure)
        where response.headers[field.name] == nil {
            response.headers[field.name] = field.value
        }
        // What is left of a refused body would be read as the next request.
        if response.status.code >= 400, request.method != .get {
            response.headers[.connection] = "close"
        }
        metrics.countRequest(
            route: route(context), method: request.method.rawValue, status: response.status.code,
            seconds: (ContinuousClock.now - start) / .seconds(1))
        return response
    }

    /// The template of the path: an address may hold what is nobody's business.
    private func route(_ context: ServerContext) -> String {
        context.endpointPath ?? "unknown"
    }
}
