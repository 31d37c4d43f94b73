internal import WeirBase

/// What may be kept and for how long: a careful part of RFC 9111.
enum Freshness {
    /// What the response to a request is kept under; nil for one that is somebody's own, asks for
    /// a part, or wants nothing from a cache.
    static func key(of request: RequestHead) -> ByteString? {
        guard request.method == .get else { return nil }
        for name in ["authorization", "cookie", "range", "cache-control", "upgrade"] as [HeaderName]
        where request.headers.contains(name) { return nil }
        var key = ByteString("\(request.scheme.name) ")
        key.append(request.authority)
        key.append(request.path)
        if let query = request.query { key.append("?\(query)") }
        return key
    }

    /// How long a response is fresh from when it was made; nil for one that must not be kept: it
    /// sets cookies, depends on the request's fields, or does not say.
    static func lifetime(of response: ResponseHead) -> Interval? {
        guard response.status == 200, !response.headers.contains(.setCookie),
            !response.headers.contains("vary")
        else { return nil }
        var seconds: Int?
        for line in response.headers.values("cache-control") {
            for part in line.lowercased().split(separator: ",") {
                let directive = part.drop { $0 == " " }.prefix { $0 != " " }
                switch directive {
                case "no-store", "no-cache", "private", "must-understand": return nil
                case _ where directive.hasPrefix("private=") || directive.hasPrefix("no-cache="):
                    return nil
                case _ where directive.hasPrefix("max-age="):
                    // Two that differ are none.
                    guard seconds == nil, let count = Int(directive.dropFirst(8)) else {
                        return nil
                    }
                    seconds = min(count, 86_400)
                default: break
                }
            }
        }
        guard let seconds, seconds > 0 else { return nil }
        return .seconds(Int64(seconds))
    }
}
