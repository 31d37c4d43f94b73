internal import WeirBase
internal import WeirFilter

extension FilterStream {
    /// Takes a request as the codec and the router hand it over.
    func adopt(_ asked: TestRequest, place: StreamPlace, now: MonotonicTime) {
        let method = ByteString(asked.method)
        request.method = Method(method.span)
        if request.method == .other { request.methodName = method }
        request.target = ByteString(asked.target)
        let parts = asked.target.split(separator: "?", maxSplits: 1)
        request.path = ByteString(String(parts.first ?? "/"))
        request.query = parts.count == 2 ? ByteString(String(parts[1])) : nil
        request.authority = ByteString(asked.authority)
        request.scheme = asked.scheme
        request.headers = asked.headers.headerMap
        clientAddress = asked.client
        peerAddress = asked.client
        peerPort = asked.client == nil ? 0 : 49152
        self.place = StreamPlace(
            listener: place.listener, route: place.route,
            captureNames: asked.captures.lines.map(\.name))
        captures = Self.ranges(of: asked.captures.lines.map(\.value), in: request.path.storage)
        started = now
    }

    /// Takes an answer of the gateway's own.
    func adopt(_ answer: LocalResponse) {
        response.clear()
        response.status = answer.status
        for (name, value) in answer.headers { response.headers.append(name, value.span) }
        response.headers.set("content-length", "\(answer.body.count)")
    }

    /// The request's head as it goes to the upstream.
    var sentRequest: TestRequest {
        let method =
            request.method == .other
            ? request.methodName.description : request.method.name.description
        let query = request.query.map { "?\($0)" } ?? ""
        var copy = TestRequest(
            method, "\(request.path)\(query)", headers: TestFields(request.headers))
        copy.authority = request.authority.description
        copy.client = clientAddress
        return copy
    }

    /// The response's head as it goes to the client.
    var sentResponse: TestResponse {
        TestResponse(response.status, headers: TestFields(response.headers), body: nil)
    }

    /// Where the values stand in the path, one behind the other.
    private static func ranges(of values: [String], in path: [UInt8]) -> [Range<Int>] {
        var start = 0
        return values.map { value in
            let bytes = Array(value.utf8)
            while start + bytes.count <= path.count {
                let range = start..<start + bytes.count
                if path[range].elementsEqual(bytes) {
                    start = range.upperBound
                    return range
                }
                start += 1
            }
            preconditionFailure("`\(value)` is not in the path, or not in this order")
        }
    }
}
