internal import OpenSSLDigest
internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Lets requests in by a client's key and names the client.
public final class ApiKey: FilterFactory {
    /// `weir api-key new`
    public static let tools = [KeyTool.command]

    /// The request's head.
    public let phases: Phases = [.requestHeaders]

    private let settings: KeyGate.Settings
    private let keys: KeyTable
    private let file: ConfigFile?
    /// The one filter, from provisioning on.
    private let gate = AtomicLazyReference<KeyGate>()

    /// Hashes and checks the keys.
    public init(_ configuration: Configuration) throws {
        // Silence must not pass for protection: an operator says so, as in `keys: []`.
        guard configuration.keys != nil || configuration.file != nil else {
            throw ConfigurationError("expected `keys` or `file`")
        }
        keys = try Self.table(configuration.keys ?? [])
        file = configuration.file
        let realm = configuration.realm ?? "api"
        guard KeyTable.isName(realm), !realm.contains("\""), !realm.contains("\\") else {
            throw ConfigurationError(
                at: ["realm"], "expected visible characters without \" and \\, found `\(realm)`")
        }
        let sources = configuration.from ?? CredentialSource("header:x-api-key").map { [$0] } ?? []
        guard !sources.isEmpty else {
            throw ConfigurationError(at: ["from"], "expected at least one place")
        }
        let header = try Self.clientHeader(configuration.clientHeader, besides: sources)
        settings = KeyGate.Settings(
            places: sources.map { KeyPlace($0) },
            strips: configuration.strip ?? true,
            isOptional: configuration.optional ?? false,
            clientHeader: header,
            removed: header.map { [$0] } ?? [],
            refusals: Refusals(realm: realm))
    }

    /// Reads the file of keys and follows it.
    public func provision(_ services: any GatewayServices) throws {
        let gate = KeyGate(settings, keys, services)
        _ = self.gate.storeIfNil(gate)
        if let file {
            let keys = keys
            try file.follow(services, at: ["file"]) { (text) throws(ConfigurationError) in
                gate.table.replace(with: try keys.adding(text))
            }
        }
        services.gauge("weir_api_key_keys", "Keys that let clients in.") {
            Double(gate.table.newest.count)
        }
    }

    /// The one filter that serves all streams; it keeps no state of them.
    public func makeFilter() -> any HTTPFilter {
        guard let gate = gate.load() else { preconditionFailure("not provisioned") }
        return gate
    }

    /// Whose key the request shows, by the file as it is now.
    public func explain(_ stream: FilterStream) -> [String] {
        let table: KeyTable
        do throws(ConfigurationError) {
            table =
                try file.map { (file) throws(ConfigurationError) in
                    try keys.adding(file.read(at: []))
                } ?? keys
        } catch {
            return [error.message]
        }
        switch settings.find(in: stream.request, table, SHA256Hasher()) {
        case .client(let client): return ["the key of `\(client.name)`"]
        case .missing: return [settings.isOptional ? "no key: goes on unnamed" : "no key: 401"]
        case .unknown: return ["a key that is nobody's: 401"]
        case .conflicting: return ["keys that differ: 401"]
        }
    }
}
