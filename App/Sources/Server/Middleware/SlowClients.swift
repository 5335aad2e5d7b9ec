import NIOCore
import NIOHTTPTypes

/// Closes connections whose requests come too slowly: a head must be there within some seconds, and a body must
/// not stand still or trickle.
///
/// An answer that takes long is none of its business.
final class SlowClientHandler: ChannelInboundHandler, RemovableChannelHandler {
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

    init(patience: TimeAmount = .seconds(20), leastByteCount: Int = 4096) {
        self.patience = patience
        self.leastByteCount = leastByteCount
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { watch(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelActive(context: ChannelHandlerContext) {
        watch(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        context.fireChannelInactive()
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
