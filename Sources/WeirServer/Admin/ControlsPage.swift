internal import Logging
internal import WeirBase
internal import WeirConfig
internal import WeirFilter

/// `/controls`: what filters let operators see and change while the gateway runs.
extension Gateway {
    /// All controls. Of several under one name, as while a reload takes effect, the youngest is
    /// shown.
    var controlsPage: Rendered {
        var shown: [(key: String, page: Rendered)] = []
        for entry in facilities.services.controls {
            let key = "\(entry.filter)/\(entry.name)"
            shown.removeAll { $0.key == key }
            shown.append((key, Self.page(of: entry)))
        }
        return .list(shown.map(\.page))
    }

    private static func page(of entry: ServiceRegistry.Control) -> Rendered {
        .object(
            [("filter", .text(entry.filter)), ("name", .text(entry.name))]
                + entry.control.state.map { ($0.name, .text($0.value)) })
    }

    /// Shows one control, or changes its settings as the query says: all of them or none.
    func changeControl(_ request: AdminRequest) -> LocalResponse {
        let parts = request.path.split(separator: "/").dropFirst().map(String.init)
        let entries = facilities.services.controls.filter { [$0.filter, $0.name] == parts }
        guard let last = entries.last else {
            return .json(404, .object([("error", .text("no such control; see /controls"))]))
        }
        switch request.method {
        case .get, .head: return .json(200, Self.page(of: last))
        case .post:
            let settings = Self.settings(request.query)
            guard !settings.isEmpty else {
                return .json(422, .object([("error", .text("expected ?SETTING=VALUE"))]))
            }
            do {
                for entry in entries { try entry.control.change(settings) }
            } catch {
                return .json(422, .object([("error", .text("\(error)"))]))
            }
            let changes = settings.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
            log.notice("control \(last.filter)/\(last.name): \(changes)")
            return .json(200, Self.page(of: last))
        default:
            return LocalResponse(status: 405, cause: "admin", headers: [("allow", "GET, POST")])
        }
    }

    private static func settings(_ query: String) -> [(name: String, value: String)] {
        let head = RequestHead()
        head.query = ByteString(query)
        return query.split(separator: "&").compactMap { pair in
            let name = String(pair.prefix { $0 != "=" })
            guard !name.isEmpty, let value = head.queryParameter(ByteString(name)) else {
                return nil
            }
            return (name, value.description)
        }
    }
}
