/// Which names a request may call the server by. A page of elsewhere whose name was pointed at this machine
/// (DNS rebinding) sends its own.
struct HostRule: Sendable {
    private let names: Set<String>
    private let answersToAddresses: Bool

    /// - Parameters:
    ///   - host: the address that is listened at.
    ///   - names: others that people use.
    init(host: String, names: [String]) {
        let isEverywhere = ["0.0.0.0", "::"].contains(host)
        var known = Set(names.map { $0.lowercased() })
        known.insert(host.lowercased())
        if isLoopback(host) || isEverywhere {
            known.formUnion(["localhost", "127.0.0.1", "::1"])
        }
        self.names = known
        answersToAddresses = isEverywhere
    }

    /// - Parameter authority: the request's `Host`, with or without a port.
    func allows(_ authority: String) -> Bool {
        guard let host = Self.host(of: authority)?.lowercased() else { return false }
        // An address cannot be pointed elsewhere.
        return names.contains(host) || (answersToAddresses && Self.isAddress(host))
    }

    /// The name without the port and the brackets of IPv6.
    static func host(of authority: String) -> String? {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || isPort(rest) else { return nil }
            return String(authority[authority.index(after: authority.startIndex)..<end])
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first, !name.isEmpty,
            parts.count == 1 || isPort(":" + parts[1])
        else { return nil }
        return String(name)
    }

    private static func isPort(_ text: some StringProtocol) -> Bool {
        text.first == ":" && text.dropFirst().allSatisfy { ("0"..."9").contains($0) }
    }

    private static func isAddress(_ host: String) -> Bool {
        if host.contains(":") { return host.allSatisfy { $0.isHexDigit || $0 == ":" } }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}

/// Whether an address is this machine's own, that no other can reach.
public func isLoopback(_ host: String) -> Bool {
    host.lowercased() == "localhost" || host == "::1"
        || (host.hasPrefix("127.") && host.split(separator: ".").allSatisfy { UInt8($0) != nil })
}
