internal import WeirBase

/// A head as it was at one moment, to be compared with a later one.
struct HeadPicture {
    /// What stands in the first line, under the names that HTTP/2 has for it.
    private let line: [(name: String, value: ByteString)]
    private let headers: HeaderMap

    static let mostFields = 100
    static let mostChanges = 50

    init(_ request: RequestHead) {
        let method = ByteString(request.method.name.description)
        line = [
            (":method", request.method == .other ? request.methodName : method),
            (":path", Self.target(request)), (":authority", request.authority),
            (":scheme", ByteString(request.scheme.name.description)),
        ]
        headers = request.headers
    }

    init(_ response: ResponseHead) {
        line = [(":status", ByteString("\(response.status)"))]
        headers = response.headers
    }

    init(trailers: HeaderMap) {
        line = []
        headers = trailers
    }

    private static func target(_ request: RequestHead) -> ByteString {
        var target = request.path
        if let query = request.query {
            target.append(UInt8(ascii: "?"))
            target.append(query)
        }
        return target
    }

    /// The head as it is shown.
    func recorded(_ redaction: Redaction) -> RecordedHead {
        var head = RecordedHead()
        for (name, value) in line {
            head.fields.append(.init(name: name, value: redaction.text(value)))
        }
        for index in 0..<min(headers.count, Self.mostFields) {
            let (name, value) = field(index)
            head.fields.append(.init(name: name, value: redaction.text(of: value, under: name)))
        }
        head.omittedFields = max(0, headers.count - Self.mostFields)
        return head
    }

    /// What is different in `later`, in the order of the fields there; what is gone comes last.
    func changes(to later: HeadPicture, _ redaction: Redaction) -> [RecordedChange] {
        var changes: [RecordedChange] = []
        for (old, new) in zip(line, later.line) where old.value != new.value {
            changes.append(
                RecordedChange(
                    kind: .changed, name: old.name, old: redaction.text(old.value),
                    new: redaction.text(new.value)))
        }
        let (before, after) = (grouped(), later.grouped())
        for name in after.names {
            guard let old = before.values[name] else {
                changes.append(Self.change(.added, name, nil, after.values[name], redaction))
                continue
            }
            if old != after.values[name] {
                changes.append(Self.change(.changed, name, old, after.values[name], redaction))
            }
        }
        for name in before.names where after.values[name] == nil {
            changes.append(Self.change(.removed, name, before.values[name], nil, redaction))
        }
        return changes
    }

    private static func change(
        _ kind: RecordedChange.Kind, _ name: String, _ old: [ByteString]?, _ new: [ByteString]?,
        _ redaction: Redaction
    ) -> RecordedChange {
        func shown(_ values: [ByteString]?) -> String? {
            guard let values else { return nil }
            // That a secret has changed is told, what it was and is, even by its length, is not.
            if kind == .changed && redaction.hides(name) { return nil }
            return values.prefix(8).map { redaction.text(of: $0, under: name) }
                .joined(separator: ", ")
        }
        return RecordedChange(kind: kind, name: Self.short(name), old: shown(old), new: shown(new))
    }

    /// The values of each name, and the names in the order in which they first come.
    private func grouped() -> (names: [String], values: [String: [ByteString]]) {
        var names: [String] = []
        var values: [String: [ByteString]] = [:]
        for index in 0..<headers.count {
            let (name, value) = field(index)
            if values[name] == nil { names.append(name) }
            values[name, default: []].append(value)
        }
        return (names, values)
    }

    private func field(_ index: Int) -> (name: String, value: ByteString) {
        let name = String(
            decoding: ByteString(headers.name(at: index)).storage.map(\.lowercased), as: UTF8.self)
        return (name, ByteString(headers.value(at: index)))
    }

    /// Names have no bound of their own but the head's.
    private static func short(_ name: String) -> String { Redaction.cut(ByteString(name)) }
}
