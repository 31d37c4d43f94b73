internal import WeirBase

extension SocketAddress {
    /// Where a client on this machine connects: a listener on every address is asked on loopback.
    var reachable: SocketAddress {
        guard case .ip(let address, let port) = self, address.isUnspecified else { return self }
        let loopback = address.isV4 ? IPAddress(v4: 0x7F00_0001) : IPAddress(v6: 0, 1)
        return .ip(loopback, port: port)
    }
}

extension IPAddress {
    /// Whether this stands for every address of the machine.
    var isUnspecified: Bool {
        isV4 ? v4Bits == 0 : v6Halves.high == 0 && v6Halves.low == 0
    }
}
