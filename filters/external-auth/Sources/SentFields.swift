internal import WeirBase
internal import WeirFilter

/// Which fields of a request a service sees.
enum SentFields: Sendable {
    /// All but those that frame a message or belong to one connection.
    case all
    /// Those of these names.
    case these([HeaderName])

    /// Calls `body` with each field to send, in the order of the request.
    func forEach(in headers: borrowing HeaderMap, _ body: (HeaderName, ByteString) -> Void) {
        for index in 0..<headers.count {
            guard let name = name(at: index, in: headers) else { continue }
            body(name, ByteString(headers.value(at: index)))
        }
    }

    private func name(at index: Int, in headers: borrowing HeaderMap) -> HeaderName? {
        switch self {
        case .all:
            let known = headers.known(at: index)
            let name =
                known == .other ? HeaderName(headers.name(at: index).string) : HeaderName(known)
            // An expectation is between the client and the gateway, which has met it.
            guard let name, !name.isReserved, known != .expect else { return nil }
            return name
        case .these(let names):
            let spelt = headers.name(at: index)
            for name in names where spelt.equalsIgnoringCase(name.bytes.span) { return name }
            return nil
        }
    }
}

extension RequestHead {
    /// The path and query that the upstream will be asked for.
    var pathAndQuery: ByteString {
        guard let query else { return path }
        var whole = path
        whole.append(UInt8(ascii: "?"))
        whole.append(query)
        return whole
    }

    /// The method's name, whatever it is.
    var methodText: ByteString {
        method == .other ? methodName : ByteString(method.name.span)
    }
}
