import HTTPTypes
import Hummingbird
import NIOHTTP1
import Sotto

/// A refusal: a status, and words for the person who asked. Rendered in one place, as OpenAI's API does.
struct APIError: Error, Hashable, Sendable {
    let status: HTTPResponse.Status
    /// A stable name; it never changes once released.
    let code: String
    /// What is wrong, and what to do.
    let message: String
    /// The field that is meant, where it is one.
    var parameter: String?
    /// Facts that a program can act on.
    var facts: [String: Int] = [:]
    /// Fields of the answer beside those that every one has.
    var headers: HTTPFields = [:]

    init(
        _ status: HTTPResponse.Status, _ code: String, _ message: String, parameter: String? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.parameter = parameter
    }

    /// The kind by which OpenAI's clients tell errors apart.
    var type: String {
        switch status.code {
        case 401: "authentication_error"
        case 403: "permission_error"
        case 429: "rate_limit_error"
        case 500...: "server_error"
        default: "invalid_request_error"
        }
    }

    private struct Body: Encodable {
        struct Details: Encodable {
            let message, type, code: String
            @Nullable var param: String?
        }
        let error: Details
        var expected: Int?
    }

    /// In JSON.
    var body: [UInt8] { jsonBytes(document) }
    var response: Response {
        var response = Response.json(document, status: status)
        response.headers.append(contentsOf: headers)
        return response
    }

    private var document: Body {
        Body(
            error: .init(message: message, type: type, code: code, param: parameter),
            expected: facts["expected"])
    }
}

extension APIError {
    static let notFound = APIError(
        .notFound, "not_found", "There is nothing at this address. See /api/openapi.json.")

    /// - Parameter allowed: the methods that the address takes.
    static func wrongMethod(allowed: [HTTPRequest.Method]) -> APIError {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        var error = APIError(
            .methodNotAllowed, "method_not_allowed", "This address takes \(names) only.")
        error.headers[.allow] = names
        return error
    }

    static let recordingFull = APIError(
        .contentTooLarge, "recording_full",
        "The recording is as long as the server allows. Finish it, and begin another one.")
    static let shuttingDown = APIError(
        .serviceUnavailable, "shutting_down",
        "The server was told to end before this was done. Send it again when it is back.")
    static let noSuchJob = APIError(
        .notFound, "job_not_found",
        "There is no such recording. It was removed, or belongs to somebody else.")
    static let engineBusy = APIError(
        .conflict, "engine_busy",
        "The model is at work. Wait until it is done, or cancel the work first.")

    static func unknownModel(_ name: String) -> APIError {
        APIError(
            .notFound, "model_not_found",
            "The model '\(name)' is not installed. See /v1/models for those that are.",
            parameter: "model")
    }

    static func badRequest(_ message: String, parameter: String? = nil) -> APIError {
        APIError(.badRequest, "bad_request", message, parameter: parameter)
    }

    static func badOption(_ message: String, parameter: String) -> APIError {
        APIError(.unprocessableContent, "bad_option", message, parameter: parameter)
    }

    static func tooLarge(limit: Int) -> APIError {
        APIError(
            .contentTooLarge, "too_large",
            "The body is larger than the \(limit) bytes that are allowed here. "
                + "Send less, or start the server with a larger --max-upload.")
    }

    /// Why a recording could not be transcribed.
    init(_ error: SottoError) {
        let status: HTTPResponse.Status =
            switch error.kind {
            case .input, .data, .request: .unprocessableContent
            case .model, .installation: .serviceUnavailable
            case .resources, .output: .init(code: 507, reasonPhrase: "Insufficient Storage")
            case .unexpected: .internalServerError
            }
        self.init(status, error.code, error.description)
    }

    /// Any failure of a handler.
    init(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as SottoError: self.init(error)
        // The client broke off; nobody reads this.
        case is HTTPParserError, is CancellationError: self = .brokenOff
        case let error as any HTTPResponseError:
            self.init(
                error.status, error.status == .notFound ? "not_found" : "bad_request",
                error.status == .notFound
                    ? Self.notFound.message : "The request cannot be understood.")
        default:
            self.init(
                .internalServerError, "unexpected",
                "Something unexpected failed. The server goes on; please try again.")
        }
    }
}
