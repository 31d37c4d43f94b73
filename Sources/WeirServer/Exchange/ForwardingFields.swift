package import WeirBase
internal import WeirFilter

/// The fields by which a proxy tells who asked and who passed the message on.
package enum ForwardingFields {
    /// Adds `X-Forwarded-*`, `Forwarded` (RFC 7239) and `Via` as the listener wants them.
    ///
    /// Without trusted hops in front of us, what the client claims about itself is replaced.
    static func add(
        to request: RequestHead, stream: FilterStream, policy: ListenerPolicy.Forwarding
    ) {
        let isTrusted = policy.trustedHops > 0
        if policy.xForwarded {
            if let peer = stream.peerText {
                if isTrusted, let index = request.headers.index(of: .xForwardedFor) {
                    request.headers.extendValue(at: index, with: peer.span)
                } else {
                    request.headers.set(.xForwardedFor, peer.span)
                }
            }
            if !isTrusted || !request.headers.contains(.xForwardedProto) {
                request.headers.set(.xForwardedProto, request.scheme.name.span)
            }
            if !isTrusted || !request.headers.contains(.xForwardedHost) {
                let authority = request.authority
                request.headers.set(.xForwardedHost, authority.span)
            }
        }
        if policy.forwarded {
            let element = forwardedElement(request, stream: stream)
            if isTrusted, let index = request.headers.index(of: .forwarded) {
                request.headers.extendValue(at: index, with: element.span)
            } else {
                request.headers.set(.forwarded, element.span)
            }
        } else if !isTrusted {
            request.headers.remove(.forwarded)
        }
        addVia(to: &request.headers, version: request.version, policy: policy)
    }

    /// Adds `Via` and sets `Server` as the listener wants them.
    static func add(to response: ResponseHead, policy: ListenerPolicy.Forwarding) {
        addVia(to: &response.headers, version: response.version, policy: policy)
        switch policy.server {
        case .passThrough: break
        case .off: response.headers.remove(.server)
        case .name(let name): response.headers.set(.server, name.span)
        }
    }

    /// The client's address: the connection's peer, or the one that trusted hops vouch for.
    package static func clientAddress(
        _ headers: borrowing HeaderMap, peer: IPAddress?, trustedHops: Int
    ) -> IPAddress? {
        guard trustedHops > 0, let index = headers.index(of: .xForwardedFor) else { return peer }
        let value = headers.value(at: index)
        // The rightmost entry was written by the hop next to us, and so on to the left.
        var hops = trustedHops
        var end = value.count
        while end > 0 {
            var start = end
            while start > 0, value[start - 1] != UInt8(ascii: ",") { start -= 1 }
            hops -= 1
            if hops == 0 { return IPAddress(value.extracting(start..<end).trimmed) ?? peer }
            end = start - 1
        }
        return peer
    }

    private static func addVia(
        to headers: inout HeaderMap, version: HTTPVersion, policy: ListenerPolicy.Forwarding
    ) {
        guard case .name(let name) = policy.via else { return }
        var element = ByteString()
        element.append(version.name.span)
        element.append(UInt8(ascii: " "))
        element.append(name)
        if let index = headers.index(of: .via) {
            headers.extendValue(at: index, with: element.span)
        } else {
            headers.append(.via, element.span)
        }
    }

    private static func forwardedElement(
        _ request: RequestHead, stream: FilterStream
    ) -> ByteString {
        var element = ByteString("for=")
        if let peer = stream.peerText, let address = stream.peerAddress {
            element.append(address.isV4 ? peer : ByteString("\"[\(address)]\""))
        } else {
            element.append("unknown")
        }
        element.append(";proto=")
        element.append(request.scheme.name.span)
        // Quoted, as a port's colon may not stand in a token.
        element.append(";host=\"")
        element.append(request.authority)
        element.append("\"")
        return element
    }
}
