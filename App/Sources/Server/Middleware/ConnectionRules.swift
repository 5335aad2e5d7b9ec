import HTTPTypes
import NIOCore
import NIOHTTP1

/// What HTTP/1 asks of a connection beneath its requests: it ends with the last answer that it is to carry, whoever
/// waits for leave to send a body gets it, and what cannot be read as a request is refused in words.
///
/// Source: RFC 9112, sections 3.2, 9.3 and 9.6; RFC 9110, section 10.1.1.
final class ConnectionRules: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    /// Time for a client to read the last answer while it still sends.
    private static let linger = TimeAmount.seconds(2)
    /// The requests without an answer, and whether each is the connection's last. More may come before the first
    /// is answered.
    private var requests: [Bool] = []
    /// What is to be said when those are answered.
    private var refusal: APIError?
    /// Whether the answer that goes out is the connection's last.
    private var isLast = false
    private var hasEnded = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasEnded, refusal == nil else { return }
        if case .head(let head) = unwrapInboundIn(data) {
            if let flaw = Self.flaw(of: head) { return refuse(flaw, context) }
            requests.append(!head.isKeepAlive)
            if requests.count == 1,
                head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" })
            {
                let leave = HTTPResponseHead(version: .http1_1, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(leave)), promise: nil)
            }
        }
        context.fireChannelRead(data)
    }

    /// Two names, or a whole address where a path belongs, are ways to be taken for somebody else.
    private static func flaw(of head: HTTPRequestHead) -> APIError? {
        guard head.headers["host"].count == 1 || head.version == .http1_0 else {
            return .badRequest("A request names the server once, as Host.")
        }
        guard head.uri.hasPrefix("/") else { return .badRequest("The path begins with '/'.") }
        return nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Whoever reads the body is told that it broke off, and answers.
        guard let error = error as? HTTPParserError, requests.isEmpty, !hasEnded else {
            return context.fireErrorCaught(error)
        }
        refuse(error == .headerOverflow ? .headTooLarge : .notHTTP, context)
    }

    private func refuse(_ error: APIError, _ context: ChannelHandlerContext) {
        guard requests.isEmpty else {
            refusal = error
            return
        }
        requests = [true]
        let body = error.body
        let head = HTTPResponseHead(
            version: .http1_1,
            status: HTTPResponseStatus(
                statusCode: error.status.code, reasonPhrase: error.status.reasonPhrase),
            headers: ["Content-Type": "application/json", "Content-Length": "\(body.count)"])
        send(.head(head), context, nil)
        send(.body(.byteBuffer(ByteBuffer(bytes: body))), context, nil)
        send(.end(nil), context, nil)
        context.flush()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        send(unwrapOutboundIn(data), context, promise)
    }

    private func send(
        _ part: HTTPServerResponsePart, _ context: ChannelHandlerContext,
        _ promise: EventLoopPromise<Void>?
    ) {
        switch part {
        case .head(var head):
            isLast =
                requests.first ?? false
                || head.headers[canonicalForm: "connection"].contains("close")
            if isLast { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(wrapOutboundOut(part), promise: promise)
        case .end where isLast:
            context.writeAndFlush(wrapOutboundOut(part), promise: promise)
            end(context)
        case .end:
            requests = Array(requests.dropFirst())
            context.write(wrapOutboundOut(part), promise: promise)
            if requests.isEmpty, let refusal { refuse(refusal, context) }
        }
    }

    /// Says that nothing more comes, and hangs up soon after: at once, unread bytes would destroy the answer.
    private func end(_ context: ChannelHandlerContext) {
        hasEnded = true
        context.close(mode: .output, promise: nil)
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.linger) { channel.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if hasEnded, case .inputClosed = event as? ChannelEvent {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }
}

extension APIError {
    fileprivate static let headTooLarge = APIError(
        .requestHeaderFieldsTooLarge, "head_too_large",
        "The request's head is larger than 32 KiB, or has more than 100 fields.")
    fileprivate static let notHTTP = badRequest("This is not a request of HTTP/1.")
}
