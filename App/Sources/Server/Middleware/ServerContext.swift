import Hummingbird

/// What is known about a request beside its bytes.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Whose recordings it may see.
    var sitting = ""

    init(source: Source) { coreContext = .init(source: source) }

    /// The recording that the path names.
    var id: String { parameters.get("id") ?? "" }
}
