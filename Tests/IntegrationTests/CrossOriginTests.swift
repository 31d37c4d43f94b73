import Foundation
import Testing
import WeirLiveTesting

/// What other sites' pages may do, asked of the command as browsers would ask.
@Suite struct CrossOriginTests {
    private static let app = "origin: https://app.example"

    @Test func pagesOfAllowedOriginsMayRead() throws {
        let origin = try Origin(answering: { _ in
            Answer.ok("", "access-control-allow-origin: *", "vary: accept")
        })
        let gateway = try Gateway(to: origin) {
            $0.filters =
                "[{cors: {origins: ['https://app.example'], methods: [GET, PUT], "
                + "headers: [x-api-key], credentials: true, max-age: 1h}}, {api-key: {keys: []}}]"
            $0.routes = ["match: {path: /open}, to: origin, filters: {api-key: off}"]
        }
        let preflight = try Curl(
            gateway, "/", "-X", "OPTIONS", "-H", Self.app, "-H",
            "access-control-request-method: PUT", "-H", "access-control-request-headers: x-api-key")
        #expect(preflight.status == 204 && preflight.cause == "cors_preflight")
        #expect(preflight["access-control-allow-origin"] == "https://app.example")
        #expect(preflight["access-control-allow-methods"] == "GET, PUT")
        #expect(preflight["access-control-allow-headers"] == "x-api-key")
        #expect(preflight["access-control-allow-credentials"] == "true")
        #expect(preflight["access-control-max-age"] == "3600")
        let denied = try Curl(
            gateway, "/", "-X", "OPTIONS", "-H", "origin: https://evil.example", "-H",
            "access-control-request-method: PUT")
        #expect(denied.status == 403 && denied.cause == "cors_preflight_denied")
        #expect(denied["access-control-allow-origin"] == nil)

        // The answer of a filter behind it can be read too.
        let refused = try Curl(gateway, "/", "-H", Self.app)
        #expect(refused.status == 401)
        #expect(refused["access-control-allow-origin"] == "https://app.example")
        #expect(origin.requests.isEmpty)

        let read = try Curl(gateway, "/open", "-H", Self.app)
        #expect(read.status == 200)
        #expect(read["access-control-allow-origin"] == "https://app.example")
        #expect(read["vary"] == "accept, Origin")
        let other = try Curl(gateway, "/open", "-H", "origin: https://evil.example")
        #expect(other.status == 200)
        #expect(other["access-control-allow-origin"] == nil)
        #expect(other["vary"] == "accept, Origin")
        #expect(try gateway.metric("weir_cors_requests_total", "preflight-allowed") == 1)
        #expect(try gateway.metric("weir_cors_requests_total", "preflight-denied") == 1)
        #expect(try gateway.metric("weir_cors_requests_total", "\"allowed\"") == 2)
        #expect(try gateway.metric("weir_cors_requests_total", "foreign") == 1)
    }

    @Test func forgedRequestsAreRefused() throws {
        let origin = try Origin(answering: { _ in Answer.ok("") })
        let gateway = try Gateway(to: origin) {
            $0.filters = "[{csrf: {additional-origins: ['https://app.example']}}]"
            $0.routes = [
                "match: {path: /hook}, to: origin, filters: {csrf: off}",
                "match: {path: /shadow}, to: origin, filters: {csrf: {shadow: true}}",
            ]
        }
        func status(_ path: String, _ fields: String...) throws -> Int {
            let client = try gateway.client()
            let lines = (["host: shop.example"] + fields).map { $0 + "\r\n" }.joined()
            return try client.exchange(
                "POST \(path) HTTP/1.1\r\n\(lines)content-length: 0\r\n\r\n"
            ).status
        }
        #expect(try status("/", "origin: http://shop.example") == 200)
        #expect(try status("/", "referer: http://shop.example/cart") == 200)
        #expect(try status("/", Self.app) == 200)
        #expect(try status("/", "sec-fetch-site: same-origin") == 200)
        #expect(try status("/") == 403)
        #expect(try status("/", "origin: null") == 403)
        #expect(try status("/", "origin: https://evil.example") == 403)
        #expect(try status("/hook") == 200)
        #expect(try status("/shadow") == 200)
        let evil = try Curl(gateway, "/", "-d", "a=1", "-H", "origin: https://evil.example")
        #expect(evil.status == 403 && evil.cause == "csrf_denied")
        let own = try Curl(
            gateway, "/", "-d", "a=1", "-H", "origin: http://\(try gateway.address())")
        #expect(own.status == 200)
        #expect(try Curl(gateway, "/", "-H", "origin: https://evil.example").status == 200)
        #expect(try gateway.metric("weir_csrf_requests_total", "refused") == 4)
        #expect(try gateway.metric("weir_csrf_requests_total", "accepted") == 5)
        #expect(try gateway.metric("weir_csrf_requests_total", "spared") == 1)
    }
}
