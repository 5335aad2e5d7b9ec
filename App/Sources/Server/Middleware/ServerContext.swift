import Hummingbird
import NIOCore

/// What is known about a request beside its bytes.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Whose recordings it may see.
    var sitting = ""

    private let channel: any Channel

    init(source: Source) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Calls `action` when the client leaves before it has its answer.
    func whenClientLeaves(_ action: @escaping @Sendable () -> Void) {
        ClientWatch.whenGone(channel, action)
    }

    /// The recording that the path names.
    var id: String { parameters.get("id") ?? "" }
}
