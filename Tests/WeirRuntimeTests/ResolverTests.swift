import Testing
import WeirBase
import WeirRuntime

struct ResolverTests {
    static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    private func resolve(
        _ resolver: Resolver, _ host: String, _ family: Resolver.Family = .any
    ) async -> Result<ResolvedName, ResolveError> {
        await withCheckedContinuation { continuation in
            resolver.resolve(host, family: family) { continuation.resume(returning: $0) }
        }
    }

    @Test func knowsLocalhost() async throws {
        let resolver = try Resolver()
        let four = try await resolve(resolver, "localhost", .v4).get()
        #expect(four.addresses.contains(IPAddress(v4: 0x7F00_0001)))
        let any = try await resolve(resolver, "localhost").get()
        #expect(any.addresses.allSatisfy { $0.isLoopback })
        resolver.stop()
    }

    @Test func anAddressStandsForItself() async throws {
        let resolver = try Resolver()
        let six = try Self.address("2001:db8::1")
        #expect(
            await resolve(resolver, "2001:db8::1")
                == .success(ResolvedName(addresses: [six], ttl: .max)))
        #expect(await resolve(resolver, "192.0.2.1", .v6) == .failure(.noAddress))
        #expect(await resolve(resolver, "") == .failure(.invalidName))
        #expect(await resolve(resolver, "a\0b") == .failure(.invalidName))
    }

    @Test func asksTheNameServer() async throws {
        let four = [try Self.address("192.0.2.1"), try Self.address("192.0.2.2")]
        let six = try Self.address("2001:db8::7")
        let server = try FakeNameServer([
            "api.test": .init(addresses: four + [six], ttl: 17),
            "www.test": .init(addresses: four, ttl: 300, alias: ("edge.test", 5)),
        ])
        let resolver = try Resolver(servers: [server.address])

        let any = try await resolve(resolver, "api.test").get()
        #expect(Set(any.addresses) == Set(four + [six]))
        #expect(any.ttl == 17)
        let onlySix = try await resolve(resolver, "API.test", .v6).get()
        #expect(onlySix == ResolvedName(addresses: [six], ttl: 17))

        let alias = try await resolve(resolver, "www.test", .v4).get()
        #expect(Set(alias.addresses) == Set(four))
        #expect(alias.ttl == 5)
        #expect(await resolve(resolver, "www.test", .v6) == .failure(.noAddress))
        #expect(await resolve(resolver, "missing.test") == .failure(.notFound))
        resolver.stop()
    }

    @Test func manyQuestionsAtOnce() async throws {
        let address = try Self.address("192.0.2.1")
        let names = (0..<50).map { "host\($0).test" }
        let server = try FakeNameServer(
            Dictionary(
                uniqueKeysWithValues: names.map { ($0, .init(addresses: [address], ttl: 9)) }))
        let resolver = try Resolver(servers: [server.address])
        let answers = await withTaskGroup { group in
            for name in names {
                group.addTask { await resolve(resolver, name, .v4) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == 50)
        #expect(
            answers.allSatisfy { $0 == .success(ResolvedName(addresses: [address], ttl: 9)) })
    }

    @Test func givesUpInTime() async throws {
        let server = try FakeNameServer([:], silent: ["slow.test"])
        let resolver = try Resolver(
            servers: [server.address], timeout: .milliseconds(20), attempts: 2)
        #expect(await resolve(resolver, "slow.test", .v4) == .failure(.timeout))
        #expect(server.questions.values.filter { $0 == "slow.test" }.count == 2)
    }

    @Test func endsOpenQuestions() async throws {
        let server = try FakeNameServer([:], silent: ["slow.test"])
        let resolver = try Resolver(servers: [server.address], timeout: .seconds(60))
        async let open = resolve(resolver, "slow.test", .v4)
        while server.questions.values.isEmpty { await Task.yield() }
        resolver.stop()
        resolver.stop()
        #expect(await open == .failure(.cancelled))
        #expect(await resolve(resolver, "api.test") == .failure(.cancelled))
    }

    @Test func mayEndInAnAnswer() async throws {
        let server = try FakeNameServer([:])
        let answer = Collected<Result<ResolvedName, ResolveError>>()
        await withCheckedContinuation { continuation in
            do {
                let resolver = try Resolver(servers: [server.address])
                resolver.resolve("missing.test") {
                    answer.append($0)
                    resolver.stop()
                    continuation.resume()
                }
            } catch {
                Issue.record(error)
                continuation.resume()
            }
        }
        #expect(answer.values == [.failure(.notFound)])
    }

    @Test func refusesWrongServers() {
        #expect(throws: SystemError.self) { try Resolver(servers: ["not a server"]) }
    }
}
