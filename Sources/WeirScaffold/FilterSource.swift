/// The Swift of a new filter: its source and its tests, the same wherever it lives.
struct FilterSource {
    let name: FilterName
    /// Whether it is one asynchronous function, which asks a cluster.
    let isAsync: Bool
    /// What stands in front of the import of the contract: "public " where imports are internal.
    var access = ""

    /// The source file of the filter.
    var source: String { isAsync ? asynchronous : synchronous }

    /// Its tests.
    var tests: String { isAsync ? asynchronousTests : synchronousTests }

    /// One sentence on what it does.
    var summary: String {
        isAsync
            ? "Asks a cluster about the host, and tells the upstream and the client the answer."
            : "Greets the client in a field of every response."
    }

    /// The field in which the answer or greeting stands.
    var header: String { "x-\(name)" }

    /// Why the asynchronous one answers itself.
    var cause: String { name.text.replacing("-", with: "_") + "_unknown" }

    /// What its tests import, in the order of the alphabet.
    var testImports: String {
        [name.module, "Testing", "WeirFilter", "WeirTesting"].sorted().map { "import \($0)" }
            .joined(separator: "\n")
    }

    private var synchronous: String {
        """
        \(access)import WeirFilter

        /// \(summary)
        public struct \(name.factory): FilterFactory {
            /// What the operator can set.
            public struct Configuration: Decodable, Sendable {
                /// Whom to greet; `world` when nil.
                public var name: String?
            }

            /// `\(name)`
            public static let name = "\(name)"

            /// What `weir filters \(name)` shows.
            public static let documentation = FilterDocumentation(
                summary: "\(summary)",
                phases: [.responseHeaders],
                fields: [
                    ConfigurationField("name", "text", default: "world", "Whom to greet.")
                ])

            private let greeter: Greeter

            /// Checks what the operator has written.
            public init(_ configuration: Configuration) throws {
                let name = configuration.name ?? "world"
                guard !name.isEmpty, name.utf8.allSatisfy(\\.isAllowedInValue) else {
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
                response.headers.set("\(header)", name)
                return .continue
            }
        }

        """
    }

    private var synchronousTests: String {
        """
        \(testImports)

        @Test func theClientIsGreeted() throws {
            let test = try FilterTest(\(name.factory).self, ["name": "Ada"])
            #expect(try test.everySplit().response?.headers["\(header)"] == "Ada")
        }

        @Test func theWorldIsGreetedByDefault() throws {
            let test = try FilterTest(\(name.factory).self)
            #expect(try test.exchange().response?.headers["\(header)"] == "world")
        }

        @Test(arguments: ["", "two\\nlines"]) func badNamesAreRefused(_ name: String) {
            let filter = TestFilter(\(name.factory).self, ["name": .text(name)])
            #expect(filter.configurationError?.path == ["name"])
        }

        @Test func documentationFits() throws {
            #expect(try TestFilter(\(name.factory).self).documentationErrors() == [])
        }

        """
    }
}
