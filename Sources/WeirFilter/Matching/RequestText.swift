public import WeirBase

extension RequestHead {
    /// The first cookie of that name (RFC 6265, section 5.4), without quotes around it; nil when
    /// the client sent none.
    public func cookie(_ name: ByteString) -> ByteString? {
        var found: ByteString?
        searchCookies(name) {
            found = ByteString($0)
            return true
        }
        return found
    }

    /// The first query parameter of that name, decoded; nil when there is none. Escapes that are
    /// none stay as they are.
    public func queryParameter(_ name: ByteString) -> ByteString? {
        guard let query = self.query else { return nil }
        var found: ByteString?
        _ = QueryText.search(name, query.span) {
            found = $0
            return true
        }
        return found
    }

    /// Calls `body` with every cookie of that name, as `cookie` shows it.
    func forEachCookie(_ name: ByteString, _ body: (Span<UInt8>) -> Void) {
        searchCookies(name) {
            body($0)
            return false
        }
    }

    /// Calls `body` with every query parameter of that name, as `queryParameter` shows it.
    func forEachQueryParameter(_ name: ByteString, _ body: (Span<UInt8>) -> Void) {
        guard let query = self.query else { return }
        _ = QueryText.search(name, query.span) {
            body($0.span)
            return false
        }
    }

    private func searchCookies(_ name: ByteString, _ body: (Span<UInt8>) -> Bool) {
        let headers = self.headers
        var line = headers.index(of: .cookie)
        while let index = line {
            if CookieText.search(name, headers.value(at: index), body) { return }
            line = headers.index(of: .cookie, from: index + 1)
        }
    }
}
