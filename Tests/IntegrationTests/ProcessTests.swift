import Foundation
import Synchronization
import Testing
import WeirLiveTesting

/// How the process ends, starts and lives through want.
@Suite struct ProcessTests {
    private static let isReady = "GET /ready HTTP/1.1\r\nhost: localhost\r\n\r\n"

    /// An origin whose `/held` is answered when the test lets it.
    final class HoldingOrigin: Sendable {
        private let isReleased: Released
        let origin: Origin

        final class Released: Sendable {
            let value = Atomic<Bool>(false)
        }

        init() throws {
            let released = Released()
            isReleased = released
            origin = try Origin { connection in
                while let request = try connection.request() {
                    while request.target == "/held" && !released.value.load(ordering: .relaxed) {
                        usleep(1000)
                    }
                    try connection.send(Answer.ok("finished"))
                }
            }
        }

        func release() { isReleased.value.store(true, ordering: .relaxed) }
    }

    @Test(arguments: ["signal", "request"]) func drainingFinishesWhatIsUnderWay(_ by: String) throws
    {
        let held = try HoldingOrigin()
        let gateway = try Gateway(to: held.origin)
        let busy = try gateway.client()
        let idle = try gateway.client()
        #expect(try idle.get().status == 200)
        try busy.send("GET /held HTTP/1.1\r\nhost: a\r\n\r\n")
        try eventually("it is under way") { held.origin.requests.count == 2 }
        let admin = try gateway.client("admin")
        #expect(try admin.exchange(Self.isReady).status == 200)
        if by == "signal" {
            gateway.process.signal(SIGTERM)
        } else {
            #expect(try gateway.admin("POST", "/drain").status == 202)
        }
        let address = try gateway.address()
        try eventually("nobody listens any more") { (try? Socket.connect(to: address)) == nil }
        #expect(idle.isClosed())
        #expect(try gateway.admin("GET", "/ready").status == 503, "who asks is told")
        #expect(try gateway.admin("GET", "/live").status == 200)
        #expect(try gateway.admin("POST", "/reload").status == 422, "too late for that")
        #expect(gateway.process.isRunning)
        held.release()
        let response = try busy.response()
        #expect(response.status == 200 && response.body.text == "finished")
        #expect(busy.isClosed())
        #expect(try gateway.stop() == 0)
        #expect(gateway.accessLog().count == 2, "the last line is written")
    }

    @Test func drainingHasADeadline() throws {
        let held = try HoldingOrigin()
        let yaml = Configuration(held.origin).yaml.replacingOccurrences(
            of: "drain-timeout: 5s", with: "drain-timeout: 300ms")
        let gateway = try Gateway(yaml: yaml, origins: [held.origin])
        let client = try gateway.client()
        try client.send("GET /held HTTP/1.1\r\nhost: a\r\n\r\n")
        try eventually("it is under way") { held.origin.requests.count == 1 }
        #expect(try gateway.stop() == 0)
        #expect(client.isClosed())
        held.release()
    }

    @Test func aSecondSignalEndsAtOnce() throws {
        let held = try HoldingOrigin()
        let gateway = try Gateway(to: held.origin)
        let client = try gateway.client()
        try client.send("GET /held HTTP/1.1\r\nhost: a\r\n\r\n")
        try eventually("it is under way") { held.origin.requests.count == 1 }
        gateway.process.signal(SIGTERM)
        try eventually("it drains") { gateway.log.contains("draining") }
        let time = try measured { _ = try gateway.stop() }
        #expect(time < .seconds(3) && gateway.process.status == 0)
        held.release()
    }

    @Test func aBadConfigurationDoesNotStart() throws {
        let folder = try TemporaryFolder()
        try folder.write("listeners: [{address: nowhere}]\nfilter: []\n", to: "bad.yaml")
        let result = try CommandResult.of(Repository.binary(), "run", "\(folder.path)/bad.yaml")
        #expect(result.status == 1)
        #expect(result.errors.contains("bad.yaml:1:"), "\(result.errors)")
        #expect(result.errors.contains("bad.yaml:2:1"), "all errors at once")
        let missing = try CommandResult.of(Repository.binary(), "run", "\(folder.path)/none.yaml")
        #expect(missing.status != 0 && missing.errors.contains("none.yaml"))
    }

    @Test func anAddressThatIsTaken() throws {
        let taken = try Socket.listen(on: .ip("127.0.0.5", 0))
        let folder = try TemporaryFolder()
        try folder.write(
            "admin: off\nlisteners: [{address: \"127.0.0.5:\(taken.port)\", filters: [], "
                + "routes: [{respond: {}}]}]\n", to: "weir.yaml")
        let result = try CommandResult.of(Repository.binary(), "run", "\(folder.path)/weir.yaml")
        #expect(result.status == 1)
        #expect(result.errors.contains("cannot listen on 127.0.0.5:\(taken.port)"))
    }

    @Test func outOfDescriptorsItWaitsAndRecovers() throws {
        let origin = try Origin(answering: Answer.echo)
        var configuration = Configuration(origin)
        configuration.workers = 1
        let gateway = try Gateway(
            yaml: configuration.yaml, origins: [origin], prefix: ["prlimit", "--nofile=64:64"])
        let admin = try gateway.client("admin")
        let first = try gateway.client()
        #expect(try first.get().status == 200 && admin.exchange(Self.isReady).status == 200)
        var crowd = try (0..<120).map { _ in try gateway.client() }
        try eventually("it says so") { gateway.log.contains("pauses accepting") }
        #expect(try first.get().status == 200, "those inside are served")
        #expect(try admin.exchange(Self.isReady).status == 200)
        #expect(gateway.process.isRunning)
        crowd.removeAll()
        let late = try gateway.client()
        #expect(try late.get().status == 200, "there is room again")
        #expect(try gateway.metric("weir_listener_accept_pauses_total", "edge") >= 1)
        #expect(gateway.log.contains("accepts again"))
        #expect(try gateway.stop() == 0)
    }

    @Test func connectionsAreBounded() throws {
        let origin = try Origin(answering: Answer.echo)
        let gateway = try Gateway(to: origin) { $0.listener = ["limits: {connections: 3}"] }
        let clients = try (0..<3).map { _ in try gateway.client() }
        for client in clients { #expect(try client.get().status == 200) }
        let fourth = try gateway.client()
        try fourth.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        #expect(origin.requests.count == 3)
        // Whether the fourth was closed or waits for its turn, it must not take the room.
        fourth.socket.close()
        clients[0].socket.close()
        try eventually("there is room again") { (try? gateway.client().get().status) == 200 }
        for client in clients.dropFirst() { #expect(try client.get().status == 200) }
    }
}
