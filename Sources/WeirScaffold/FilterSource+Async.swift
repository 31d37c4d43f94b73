extension FilterSource {
    var asynchronous: String {
        """
        \(access)import WeirFilter

        /// \(summary)
        public struct \(name.factory): AsyncFilter {
            /// What the operator can set.
            public struct Configuration: Decodable, Sendable {
                /// Whom to ask.
                public var cluster: String
            }

            /// `\(name)`
            public static let name = "\(name)"

            /// What `weir filters \(name)` shows.
            public static let documentation = FilterDocumentation(
                summary: "\(summary)",
                phases: [.requestHeaders, .responseHeaders],
                fields: [
                    ConfigurationField("cluster", "cluster", default: nil, "Whom to ask.")
                ])

            private let cluster: String

            /// Checks what the operator has written.
            public init(_ configuration: Configuration) throws {
                cluster = configuration.cluster
            }

            /// Finds out that there is such a cluster.
            public func provision(_ services: any GatewayServices) throws {
                _ = try services.cluster(cluster, at: ["cluster"])
            }

            /// Handles one exchange.
            public func handle(_ request: Request, next: Next) async throws -> Response {
                let path = ByteString("/hosts/\\(request.authority)")
                let answer = try await request.context.call(cluster, CallRequest(.get, path))
                guard answer.status == 200, isFieldValue(answer.body) else {
                    return Response(status: 404, cause: "\(cause)")
                }
                request.headers.set("\(header)", answer.body.span)
                let response = try await next(request)
                response.headers.set("\(header)", answer.body.span)
                return response
            }

            /// Whether it may stand in a field: it has no line breaks or other control bytes.
            private func isFieldValue(_ text: ByteString) -> Bool {
                text.span.firstForbiddenInValue(from: 0) == text.count
            }
        }

        """
    }

    var asynchronousTests: String {
        """
        \(testImports)

        /// A chain of the filter, in a gateway whose cluster `directory` knows one host.
        private func makeTest() throws -> FilterTest {
            let services = TestServices()
            services.serve("directory") { request in
                switch request.path {
                case "/hosts/a.example": .success(CallResponse(status: 200, body: "Ada"))
                case "/hosts/b.example": .success(CallResponse(status: 200, body: "two\\nlines"))
                case "/hosts/down.example": .failure(.timeout)
                default: .success(CallResponse(status: 404))
                }
            }
            return try FilterTest(
                \(name.factory).self, ["cluster": "directory"], services: services)
        }

        private func asking(for host: String) -> TestRequest {
            var request = TestRequest()
            request.authority = host
            return request
        }

        @Test func bothSidesLearnTheAnswer() throws {
            let result = try makeTest().everySplit(asking(for: "a.example"))
            #expect(result.upstreamRequest?.headers["\(header)"] == "Ada")
            #expect(result.response?.headers["\(header)"] == "Ada")
        }

        @Test(arguments: ["b.example", "c.example"])
        func unknownHostsGoNoFurther(host: String) throws {
            let result = try makeTest().everySplit(asking(for: host))
            #expect(result.response?.status == 404)
            #expect(result.cause == "\(cause)")
            #expect(result.upstreamRequest == nil)
        }

        @Test func noAnswerIsAnError() throws {
            let result = try makeTest().everySplit(asking(for: "down.example"))
            #expect(result.response?.status == 500)
            #expect(result.cause == "filter_failed")
        }

        @Test func theClusterHasToExist() throws {
            let error = #expect(throws: ConfigurationError.self) {
                try FilterTest(\(name.factory).self, ["cluster": "nowhere"])
            }
            #expect(error?.path == ["cluster"])
        }

        @Test func documentationFits() throws {
            let filter = TestFilter(\(name.factory).self, ["cluster": "directory"])
            #expect(try filter.documentationErrors() == [])
        }

        """
    }
}
