import Sandbox

/// What shows that nothing leaves this machine.
struct PrivacyRecord: Encodable {
    struct Row: Encodable { let name, value, source: String }
    struct Socket: Encodable { let local, remote, state: String }

    let isSealed: Bool
    let evidence: [Row]
    let sockets: [Socket]

    init(_ found: NetworkSeal.Evidence) {
        isSealed = found.isSealed
        evidence = found.rows.map { Row(name: $0.name, value: $0.value, source: $0.source) }
        sockets = found.sockets.map {
            Socket(local: $0.local, remote: $0.remote, state: $0.state)
        }
    }
}
