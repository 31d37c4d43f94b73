/// The routes under one name; several listeners may share them.
public final class RouteTable: Sendable {
    /// The name under `routes`, or the listener's for routes that stand inside it.
    public let name: String
    /// The routes, in the order of the file, which decides between equally specific ones.
    public let routes: [RouteConfiguration]
    /// Where the table stands in the file.
    public let mark: SourceMark

    init(name: String, routes: [RouteConfiguration], mark: SourceMark) {
        self.name = name
        self.routes = routes
        self.mark = mark
    }
}
