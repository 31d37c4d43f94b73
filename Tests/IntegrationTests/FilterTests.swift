import Foundation
import Testing
import WeirLiveTesting

/// Filters at work in the command: chains, routes that change them, answers on their way back.
@Suite struct FilterTests {
    @Test func faultsAreInjectedWhereARouteSaysSo() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) {
            $0.filters = "[fault]"
            $0.routes = [
                "match: {path: /abort}, to: origin, "
                    + "filters: {fault: {abort: {status: 418, body: short}}}",
                "match: {path: /delay}, to: origin, filters: {fault: {delay: {duration: 200ms}}}",
                "match: {path: /some}, to: origin, filters: {fault: "
                    + "{abort: {status: 503}, when: {headers: {x-fault: please}}}}",
                "match: {path: /never}, to: origin, filters: {fault: "
                    + "{abort: {status: 503, percentage: 0%}}}",
            ]
        }
        let client = try gateway.client()
        let aborted = try client.get("/abort")
        #expect(aborted.status == 418 && aborted.cause == "fault_abort")
        #expect(aborted.body.text == "short")
        #expect(origin.connectionCount == 0)
        let time = try measured { _ = try client.get("/delay") }
        #expect(time >= .milliseconds(200))
        #expect(try client.get("/some").status == 200)
        #expect(try client.get("/some", "x-fault: please").status == 503)
        for _ in 0..<20 { #expect(try client.get("/never").status == 200) }
        #expect(try client.get("/other").status == 200)
        #expect(try gateway.metric("weir_filter_verdicts_total", "fault", "respond") == 2)
    }

    @Test func aRouteSwitchesAFilterOff() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) {
            $0.filters = "[{fault: {abort: {status: 503}}}, {ip-access: {deny: [127.0.0.0/8]}}]"
            $0.routes = [
                "match: {path: /no-fault}, to: origin, filters: {fault: off}",
                "match: {path: /open}, to: origin, filters: {fault: off, ip-access: off}",
            ]
        }
        let client = try gateway.client()
        #expect(try client.get("/").cause == "fault_abort")
        let denied = try client.get("/no-fault")
        #expect(denied.status == 403 && denied.cause == "ip_denied")
        #expect(try client.get("/open").status == 200)
        #expect(origin.requests.count == 1)
    }

    @Test func addressesBehindTrustedHops() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) {
            $0.listener = ["client-address: {trusted-hops: 1}"]
            $0.filters = "[{ip-access: {allow: [10.0.0.0/8, \"fd00::/8\"], deny: [10.6.0.0/16]}}]"
        }
        let client = try gateway.client()
        for (address, status) in [
            ("10.1.2.3", 200), ("fd00::1", 200), ("10.6.6.6", 403), ("8.8.8.8", 403),
            ("10.1.2.3, 8.8.8.8", 403), ("8.8.8.8, 10.1.2.3", 200), ("nonsense", 403),
        ] {
            #expect(
                try client.get("/", "x-forwarded-for: \(address)").status == status, "\(address)")
        }
        #expect(
            try client.get("/", "x-forwarded-for: 10.1.1.1", "x-forwarded-for: 8.8.8.8").status
                == 403)
    }

    @Test func headersFromTemplates() throws {
        let origin = try Origin(answering: { _ in Answer.ok("", "x-drop: 1", "x-keep: a") })
        let client = try Gateway(to: origin) {
            $0.filters = """
                [{headers: {request: {set: {x-client: "{client-address}", \
                x-from: "{listener}/{route}"}, \
                remove: [x-gone]}, response: {set: {x-status: "{status}"}, \
                append: {x-keep: b}, add: {x-more: "{method} {path}"}, remove: [x-drop]}}}]
                """
            $0.routes = [
                "name: user, match: {path: '/users/{id}'}, to: origin, filters: "
                    + "{headers: {request: {set: {x-user: '{capture:id}-{header:x-in}'}}}}"
            ]
        }.client()
        let response = try client.get("/p", "x-gone: 1", "x-client: forged")
        let request = origin.requests[0]
        #expect(request.all("x-client") == ["127.0.0.1"] && request["x-from"] == "edge/everything")
        #expect(request["x-gone"] == nil)
        #expect(response["x-status"] == "200" && response["x-keep"] == "a, b")
        #expect(response["x-more"] == "GET /p" && response["x-drop"] == nil)
        _ = try client.get("/users/42", "x-in: v")
        #expect(origin.requests[1]["x-user"] == "42-v")
    }

    @Test func anAnswerTravelsBackThroughThoseThatSawTheRequest() throws {
        let origin = try Origin(answering: Answer.echo)
        let seen = "{headers: {response: {set: {x-seen: \"{status}\"}}}}"
        let before = try Gateway(to: origin) {
            $0.filters = "[\(seen), {request-id: {echo: true}}, {fault: {abort: {status: 503}}}]"
        }.client()
        let first = try before.get()
        #expect(first.status == 503 && first["x-seen"] == "503" && first["x-request-id"] != nil)
        let after = try Gateway(to: origin) {
            $0.filters = "[{fault: {abort: {status: 503}}}, \(seen), {request-id: {echo: true}}]"
        }.client()
        let second = try after.get()
        #expect(second.status == 503 && second["x-seen"] == nil && second["x-request-id"] == nil)
    }

    @Test func theGatewaysOwnAnswersPassTheFilters() throws {
        let gateway = try Gateway(
            yaml: """
                admin: {address: "127.0.0.1:0"}
                chains:
                  common: [request-id, {headers: {response: {set: {x-seen: "{status}"}}}}]
                listeners:
                  - name: edge
                    address: 127.0.0.2:0
                    forwarding: {cause-header: x-weir-cause}
                    filters: [{chain: common}]
                    routes:
                      - match: {path: /direct}
                        respond: {status: 201, body: made, headers: {x-own: "1"}}
                      - {match: {path: /moved}, redirect: {path: /direct, status: 302}}
                      - {match: {path: /down}, to: nowhere}
                      - {match: {path: /posted, method: POST}, respond: {body: posted}}
                  - name: other
                    address: 127.0.0.3:0
                    filters: [{chain: common}, {fault: {abort: {status: 418}}}]
                    routes: [{match: {path: /**}, respond: {body: hi}}]
                clusters:
                  nowhere: {endpoints: ["127.0.0.1:1"]}
                """)
        let client = try gateway.client()
        let direct = try client.get("/direct")
        #expect(direct.status == 201 && direct.body.text == "made" && direct["x-own"] == "1")
        #expect(direct["x-seen"] == "201")
        let moved = try client.get("/moved?a")
        #expect(moved.status == 302 && moved["x-seen"] == "302")
        let missing = try client.get("/nothing")
        #expect(missing.status == 404 && missing.cause == "no_route" && missing["x-seen"] == "404")
        #expect(missing.body.text.contains("/direct") == false, "outsiders learn of no routes")
        #expect(try client.get("/posted").status == 404)
        let down = try client.get("/down")
        #expect(down.status == 502 && down["x-seen"] == "502")
        let head = try client.exchange("HEAD /direct HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(head.status == 201 && head["content-length"] == "4")
        let other = try gateway.client("other").get()
        #expect(other.status == 418 && other["x-seen"] == "418", "listeners share a chain")
    }
}
