internal import WeirBase

/// What a header field has to say.
struct HeaderCondition: Sendable {
    let name: HeaderName
    let values: TextChoice

    /// Whether one of the field's lines says it. Every line is looked at.
    func holds(_ headers: borrowing HeaderMap) -> Bool {
        guard var index = headers.index(of: name) else { return values.meansAbsence }
        while true {
            if values.matches(headers.value(at: index)) { return true }
            guard let next = headers.index(of: name, from: index + 1) else { return false }
            index = next
        }
    }
}

/// What a query parameter has to be.
struct QueryCondition: Sendable {
    let name: ByteString
    let values: TextChoice

    /// Whether one of the parameter's values is it. Every one is looked at.
    func holds(_ query: ByteString?) -> Bool {
        guard let query else { return values.meansAbsence }
        var isThere = false
        let holds = QueryText.search(name, query.span) { value in
            isThere = true
            return values.matches(value.span)
        }
        return isThere ? holds : values.meansAbsence
    }
}

/// What one identity has to claim.
struct ClaimCondition: Sendable {
    let path: ClaimPath
    let values: TextChoice

    /// The claim that is a list of words in one text (RFC 8693, section 4.2).
    private static let scope = "scope"

    /// Whether the identity claims it; of a list any element will do.
    func holds(_ identity: ClientIdentity) -> Bool {
        guard let value = path.find(in: identity.claims), value != .null else {
            return values.meansAbsence
        }
        if let elements = value.array {
            return elements.contains { element in
                element.scalarText.map { values.matches($0) } ?? false
            }
        }
        guard let text = value.scalarText else {
            // An object can only be there or not.
            return values.patterns.contains { $0.kind == .any }
        }
        if values.matches(text) { return true }
        return path.description == Self.scope
            && text.split(separator: " ").contains { values.matches(String($0)) }
    }
}

/// What a client's certificate has to hold.
struct CertificateCondition: Sendable {
    var subjects: TextChoice?
    var dnsNames: [HostGlob]?
    var uris: TextChoice?
    var fingerprints: [String]?

    /// Whether it does, and leads to a trusted authority.
    func holds(_ security: ConnectionSecurity?) -> Bool {
        guard let certificate = security?.verifiedPeer else { return false }
        if let subjects,
            !subjects.patterns.contains(where: { $0.matches(name: certificate.subject) })
        {
            return false
        }
        if let dnsNames,
            !certificate.dnsNames.contains(where: { name in
                dnsNames.contains { $0.matches(name) }
            })
        {
            return false
        }
        if let uris, !certificate.uris.contains(where: { uris.matches($0) }) { return false }
        if let fingerprints, !fingerprints.contains(certificate.fingerprint) { return false }
        return true
    }
}

extension TextPattern {
    /// Whether a distinguished name is meant. Of an end that begins with a comma the comma has to
    /// separate: in `CN=a\,O=Example` it is a part of the first value (RFC 2253, section 2.4).
    fileprivate func matches(name: String) -> Bool {
        guard matches(name) else { return false }
        guard kind == .suffix else { return true }
        let before = Array(name.utf8).dropLast(text.count)
        return before.reversed().prefix { $0 == UInt8(ascii: "\\") }.count % 2 == 0
    }
}
