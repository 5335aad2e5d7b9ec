import NIOCore
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Watches a client. One whose requests come too slowly is let go: a head must be there within some seconds, and
/// a body must not stand still or trickle. One that leaves before it has its answer is told to whoever works on it.
final class ClientWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private enum Waiting { case head, body, nothing }

    /// Time for a head, and between two looks at a body.
    private let patience: TimeAmount
    /// Bytes of a body that come in that time at least.
    private let leastByteCount: Int
    private var waiting = Waiting.head
    private var byteCount = 0
    private var timer: Scheduled<Void>?
    private var isGone = false
    private var departureActions: [@Sendable () -> Void] = []

    init(patience: TimeAmount = .seconds(20), leastByteCount: Int = 4096) {
        self.patience = patience
        self.leastByteCount = leastByteCount
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        do {
            let codec = try pipeline.handler(type: HTTP1ToHTTPServerCodec.self)
            try pipeline.addHandler(ConnectionRules(), position: .before(codec))
        } catch {
            context.close(promise: nil)
        }
        if context.channel.isActive { watch(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelActive(context: ChannelHandlerContext) {
        watch(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        leave()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed = event as? ChannelEvent { leave() }
        context.fireUserInboundEventTriggered(event)
    }

    private func leave() {
        isGone = true
        departureActions.forEach { $0() }
        departureActions = []
    }

    /// Calls `action` when the client leaves, at once if it has left. The answer must be the connection's last.
    static func whenGone(_ channel: any Channel, _ action: @escaping @Sendable () -> Void) {
        channel.eventLoop.execute {
            guard let watch = try? channel.pipeline.syncOperations.handler(type: ClientWatch.self),
                !watch.isGone
            else { return action() }
            watch.departureActions.append(action)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            waiting = .body
            watch(context)
        case .body(let buffer):
            byteCount += buffer.readableBytes
        case .end:
            // The next request may be long in coming; the idle time-out sees to that.
            waiting = .nothing
            timer?.cancel()
        }
        context.fireChannelRead(data)
    }

    private func watch(_ context: ChannelHandlerContext) {
        timer?.cancel()
        byteCount = 0
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: patience) {
            let (handler, context) = loopBound.value
            handler.look(context)
        }
    }

    private func look(_ context: ChannelHandlerContext) {
        switch waiting {
        case .nothing: break
        case .body where byteCount >= leastByteCount: watch(context)
        // Nobody reads while the channel is full of what came before: that is not the client's fault.
        case .body where !context.channel.isWritable: watch(context)
        case .head, .body: context.close(promise: nil)
        }
    }
}
