internal import WeirBase
internal import WeirFilter

/// Which pages may ask for what (the Fetch standard, section 3.3), prepared for requests.
struct Policy: Sendable {
    /// Where a request comes from.
    enum Source {
        /// Not from a page, or from one of the gateway's own.
        case own
        /// From a page that may read the response.
        case allowed
        /// From any other page.
        case foreign
    }

    /// Nil for all.
    let origins: [OriginPattern]?
    let methods: [ByteString]
    /// In lower case; nil for all.
    let headers: [ByteString]?
    let allowsCredentials: Bool
    let allowsPrivateNetwork: Bool
    let passesUnmatched: Bool
    /// The fields of an answer, each nil where there is nothing to say.
    let methodList: ByteString
    let headerList: ByteString?
    let exposeList: ByteString?
    let maxAge: ByteString?

    init(
        origins: [OriginPattern]?, methods: [ByteString], headers: [ByteString]?, expose: String,
        allowsCredentials: Bool, maxAge: Int64?, allowsPrivateNetwork: Bool, passesUnmatched: Bool
    ) {
        self.origins = origins
        self.methods = methods
        self.headers = headers
        self.allowsCredentials = allowsCredentials
        self.allowsPrivateNetwork = allowsPrivateNetwork
        self.passesUnmatched = passesUnmatched
        methodList = ByteString(methods.map(\.description).joined(separator: ", "))
        let list = (headers ?? []).map(\.description).joined(separator: ", ")
        headerList = list.isEmpty ? nil : ByteString(list)
        exposeList = expose.isEmpty ? nil : ByteString(expose)
        self.maxAge = maxAge.map { ByteString("\($0)") }
    }

    /// Where the request comes from.
    func source(of request: RequestHead) -> Source {
        let headers = request.headers
        guard let line = headers.index(of: .origin) else { return .own }
        // A browser sends one.
        guard headers.index(of: .origin, from: line + 1) == nil else { return .foreign }
        let origin = headers.value(at: line)
        guard let origins else { return request.isFromSameOrigin(origin) ? .own : .allowed }
        // Named before own: the gateway may see another scheme than the browser.
        for pattern in origins where pattern.matches(origin) { return .allowed }
        return request.isFromSameOrigin(origin) ? .own : .foreign
    }

    /// Whether a preflight may be answered with yes: the method, the fields and the network.
    func allows(_ request: RequestHead, method: Span<UInt8>) -> Bool {
        guard methods.contains(where: { $0.span.equals(method) }) else { return false }
        let fields = request.headers
        if let line = fields.index(of: Preflight.privateNetwork),
            fields.value(at: line).equals("true"), !allowsPrivateNetwork
        {
            return false
        }
        guard let headers else { return true }
        var line = fields.index(of: Preflight.headers)
        while let index = line {
            let list = fields.value(at: index)
            var start = 0
            while start < list.count {
                let end = list.firstIndex(of: UInt8(ascii: ","), from: start) ?? list.count
                let name = list.extracting(start..<end).trimmed
                guard name.isEmpty || Self.contains(headers, name) else { return false }
                start = end + 1
            }
            line = fields.index(of: Preflight.headers, from: index + 1)
        }
        return true
    }

    private static func contains(_ names: [ByteString], _ name: Span<UInt8>) -> Bool {
        for known in names where known.span.equalsIgnoringCase(name) { return true }
        return false
    }
}
