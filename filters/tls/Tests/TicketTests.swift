import COpenSSL
import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@testable import TlsFilter

@Suite struct TicketTests {
    /// Makes a connection, taking up a session, and returns the session that comes of it.
    private static func connect(
        _ factory: Tls, _ version: Tls.Version = .tls13, session: SessionCache.Entry? = nil,
        _ configure: (OpaquePointer) -> Void = { _ in }
    ) throws -> (link: Link, session: SessionCache.Entry?) {
        let link = unsafe try Link(factory) {
            unsafe weir_ctx_set_versions($0, version.number, version.number)
            unsafe configure($0)
        }
        link.peer.ask(for: "a.example")
        link.peer.resume(session)
        #expect(link.handshake().isDone)
        #expect(link.receive("ping") == "ping")
        #expect(link.send("pong") == "pong")
        #expect(link.transport.security?.isResumed == link.peer.isResumed)
        return (link, link.peer.session)
    }

    @Test(arguments: [Tls.Version.tls12, .tls13])
    func takesUpSessions(_ version: Tls.Version) throws {
        let factory = try makeServer(try Folder())
        let (first, session) = unsafe try Self.connect(factory, version)
        #expect(!first.peer.isResumed)
        let ticket = try #require(session)
        let (second, renewed) = unsafe try Self.connect(factory, version, session: ticket)
        #expect(second.peer.isResumed)
        #expect(renewed != nil)
    }

    @Test(arguments: [Tls.Version.tls12, .tls13])
    func takesUpSessionsOfAnEarlierConfiguration(_ version: Tls.Version) throws {
        let folder = try Folder()
        let identity = Identity("a.example", names: ["a.example"])
        let (_, session) = unsafe try Self.connect(try makeServer(folder, identity), version)
        let ticket = try #require(session)
        let (link, _) = unsafe try Self.connect(
            try makeServer(folder, identity), version, session: ticket)
        #expect(link.peer.isResumed)
    }

    @Test func givesNoneWhenTheyAreOff() throws {
        let factory = try makeServer(try Folder()) { $0.sessionTickets = .off }
        for version in [Tls.Version.tls12, .tls13] {
            let (_, session) = unsafe try Self.connect(factory, version)
            #expect(session?.hasTicket != true)
        }
    }

    @Test func sendsOneTicket() throws {
        let link = unsafe try Link(try makeServer(try Folder())) {
            unsafe weir_ctx_set_cache_mode($0, Int(SSL_SESS_CACHE_CLIENT))
        }
        #expect(link.handshake().isDone)
        #expect(link.send("x") == "x")
        unsafe #expect(weir_ctx_sessions(SSL_get_SSL_CTX(link.peer.ssl)) == 1)
    }

    @Test func forgetsKeysInTime() throws {
        let box = Box()
        let keys = TicketKeys(rotate: .seconds(10), keep: 2) { box.value }
        let first = try #require(keys.current())
        #expect(keys.current()?.name == first.name)
        #expect(keys.find(first.name)?.isOld == false)
        box.value = MonotonicTime(nanoseconds: 10_000_000_000)
        #expect(keys.find(first.name)?.isOld == true)
        let second = try #require(keys.current())
        #expect(second.name != first.name)
        box.value = MonotonicTime(nanoseconds: 29_999_999_999)
        #expect(keys.find(first.name)?.isOld == true)
        box.value = MonotonicTime(nanoseconds: 30_000_000_000)
        #expect(keys.find(first.name) == nil)
        #expect(keys.find(second.name) != nil)
        #expect(keys.lifetime == 20)
    }

    @Test func renewsTicketsOfOldKeys() throws {
        let box = Box()
        let keys = TicketKeys(rotate: .seconds(60), keep: 1) { box.value }
        let folder = try Folder()
        let identity = Identity("a.example", names: ["a.example"])
        let plan = ServerPlan(
            settings: try ProtocolSettings(Tls.Configuration()),
            files: [try identity.files(folder, "server")], ticketKeys: keys, clients: nil,
            isStrict: false)
        let contexts = try ServerContexts(plan)
        func connect(_ session: SessionCache.Entry?) throws -> Peer {
            let inner = MemoryTransport()
            let transport = TlsTransport(inner, server: contexts, protocols: [])
            let peer = unsafe Peer {
                unsafe weir_ctx_set_versions($0, TLS1_2_VERSION, TLS1_2_VERSION)
            }
            peer.resume(session)
            let link = Link(inner, transport, peer)
            #expect(link.handshake().isDone)
            return peer
        }
        func ticket(_ session: SessionCache.Entry?) -> [UInt8] {
            var start: UnsafePointer<UInt8>?
            var count = 0
            unsafe SSL_SESSION_get0_ticket(session?.pointer, &start, &count)
            return unsafe Array(UnsafeBufferPointer(start: start, count: count))
        }
        let first = try #require(try connect(nil).session)
        // While its key is current, a TLS 1.2 ticket is taken and kept.
        var peer = try connect(first)
        #expect(peer.isResumed)
        #expect(ticket(peer.session) == ticket(first))
        box.value = MonotonicTime(nanoseconds: 70_000_000_000)
        peer = try connect(first)
        #expect(peer.isResumed)
        #expect(ticket(peer.session) != ticket(first))
        box.value = MonotonicTime(nanoseconds: 300_000_000_000)
        peer = try connect(first)
        #expect(!peer.isResumed)
    }
}

/// A value that a test changes behind a closure.
final class Box: Sendable {
    private let held = Mutex(MonotonicTime(nanoseconds: 0))

    var value: MonotonicTime {
        get { held.withLock { $0 } }
        set { held.withLock { $0 = newValue } }
    }
}
