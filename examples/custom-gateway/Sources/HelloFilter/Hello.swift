import WeirFilter

/// Greets the client in a field of every response.
public struct Hello: FilterFactory {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// Whom to greet; `world` when nil.
        public var name: String?
    }

    /// `hello`
    public static let name = "hello"

    /// What `weir filters hello` shows.
    public static let documentation = FilterDocumentation(
        summary: "Greets the client in a field of every response.",
        phases: [.responseHeaders],
        fields: [
            ConfigurationField("name", "text", default: "world", "Whom to greet.")
        ])

    private let greeter: Greeter

    /// Checks what the operator has written.
    public init(_ configuration: Configuration) throws {
        let name = configuration.name ?? "world"
        guard !name.isEmpty, name.utf8.allSatisfy(\.isAllowedInValue) else {
            throw ConfigurationError(at: ["name"], "expected a name to greet, in one line")
        }
        greeter = Greeter(name: name)
    }

    /// The one filter that serves all streams.
    public func makeFilter() -> any HTTPFilter { greeter }
}

/// Does it; one object for all streams, as it keeps nothing of any.
final class Greeter: HTTPFilter, Sendable {
    private let name: String

    init(name: String) { self.name = name }

    func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
        response.headers.set("x-hello", name)
        return .continue
    }
}
