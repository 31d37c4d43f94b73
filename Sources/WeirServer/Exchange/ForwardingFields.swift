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
                if isTrusted, let index = last(.xForwardedFor, in: request.headers) {
                    request.headers.extendValue(at: index, with: peer.span)
                } else {
                    request.headers.set(.xForwardedFor, peer.span)
                }
            } else if !isTrusted {
                request.headers.remove(.xForwardedFor)
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
            if isTrusted, let index = last(.forwarded, in: request.headers) {
                request.headers.extendValue(at: index, with: element.span)
            } else {
                request.headers.set(.forwarded, element.span)
            }
        } else if !isTrusted {
            request.headers.remove(.forwarded)
        }
        if policy.clientCertificate, let peer = stream.security?.peer, peer.isVerified {
            let element = clientCertificate(peer)
            if isTrusted, let index = last(.xForwardedClientCert, in: request.headers) {
                request.headers.extendValue(at: index, with: element.span)
            } else {
                request.headers.set(.xForwardedClientCert, element.span)
            }
        } else if !isTrusted {
            request.headers.remove(.xForwardedClientCert)
        }
        addVia(to: &request.headers, version: request.version, policy: policy)
    }

    /// The scheme by which the client came: to us, or to a hop before us that is trusted to say.
    package static func scheme(
        _ headers: borrowing HeaderMap, isSecure: Bool, trustedHops: Int
    ) -> Scheme {
        if isSecure { return .https }
        guard trustedHops > 0, let index = headers.index(of: .xForwardedProto) else { return .http }
        return headers.value(at: index).equalsIgnoringCase("https") ? .https : .http
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
        guard trustedHops > 0 else { return peer }
        // The rightmost entry was written by the hop next to us, and so on to the left; several
        // fields are one list (RFC 9110, section 5.2).
        var hops = trustedHops
        var position = last(.xForwardedFor, in: headers)
        while let index = position {
            let value = headers.value(at: index)
            var end = value.count
            while end > 0 {
                var start = end
                while start > 0, value[start - 1] != UInt8(ascii: ",") { start -= 1 }
                hops -= 1
                if hops == 0 { return IPAddress(value.extracting(start..<end).trimmed) ?? peer }
                end = start - 1
            }
            position = last(.xForwardedFor, in: headers, before: index)
        }
        return peer
    }

    /// The last field of that name: what a hop adds belongs behind what all before it wrote.
    private static func last(
        _ known: KnownHeader, in headers: borrowing HeaderMap, before end: Int? = nil
    ) -> Int? {
        var index = (end ?? headers.count) - 1
        while index >= 0 && headers.known(at: index) != known { index -= 1 }
        return index >= 0 ? index : nil
    }

    private static func addVia(
        to headers: inout HeaderMap, version: HTTPVersion, policy: ListenerPolicy.Forwarding
    ) {
        guard case .name(let name) = policy.via else { return }
        var element = ByteString()
        element.append(version.name.span)
        element.append(UInt8(ascii: " "))
        element.append(name)
        if let index = last(.via, in: headers) {
            headers.extendValue(at: index, with: element.span)
        } else {
            headers.append(.via, element.span)
        }
    }

    /// The certificate that a client has shown, in the words of Envoy's
    /// `x-forwarded-client-cert`.
    private static func clientCertificate(_ peer: PeerCertificate) -> ByteString {
        var text = "Hash=\(peer.fingerprint);Subject=\"\(quoted(peer.subject))\""
        for uri in peer.uris { text += ";URI=\"\(quoted(uri))\"" }
        for name in peer.dnsNames { text += ";DNS=\"\(quoted(name))\"" }
        return ByteString(text)
    }

    /// What may stand between quotes; whoever issued the certificate chose its names.
    private static func quoted(_ text: String) -> String {
        var result = ""
        for character in text {
            if character == "\"" || character == "\\" { result.append("\\") }
            result.append(character)
        }
        return result
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
