internal import WeirBase

extension PeerName {
    /// Reads a host name or an IP address; nil for neither.
    init?(_ text: String) {
        if let address = IPAddress(text) {
            self = .address(address.description)
        } else if let name = ServerName.clean(text.utf8.span) {
            self = .host(name)
        } else {
            return nil
        }
    }

    /// The name without its kind.
    var text: String {
        switch self {
        case .host(let text), .address(let text): text
        }
    }
}
