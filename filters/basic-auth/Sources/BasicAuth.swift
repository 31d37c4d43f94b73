internal import Synchronization
internal import WeirBase
public import WeirFilter

/// Lets requests in by a user's name and password (RFC 7617) and names the user.
public final class BasicAuth: FilterFactory {
    /// The request's head.
    public let phases: Phases = [.requestHeaders]

    private let settings: PasswordGate.Settings
    private let file: ConfigFile
    /// The one filter, from provisioning on.
    private let gate = AtomicLazyReference<PasswordGate>()
    private let generation = Atomic<Int>(0)

    /// Checks the numbers and prepares the answers.
    public init(_ configuration: Configuration) throws {
        file = configuration.file
        settings = try Self.settings(configuration)
    }

    /// Reads the file of users and follows it.
    public func provision(_ services: any GatewayServices) throws {
        let gate = PasswordGate(settings, services)
        _ = self.gate.storeIfNil(gate)
        try file.follow(services, at: ["file"]) { (text) throws(ConfigurationError) in
            let generation = self.generation.add(1, ordering: .relaxed).newValue
            gate.users.replace(with: try UserTable(text, generation: generation))
        }
        services.gauge("weir_basic_auth_users", "Users that have a password.") {
            Double(gate.users.newest.count)
        }
        services.gauge("weir_basic_auth_pending_checks", "Passwords that are being checked.") {
            Double(gate.checks.count)
        }
    }

    /// The one filter that serves all streams.
    public func makeFilter() -> any HTTPFilter {
        guard let gate = gate.load() else { preconditionFailure("not provisioned") }
        return gate
    }

    /// Whose password would be checked, by the file as it is now.
    public func explain(_ stream: FilterStream) -> [String] {
        guard let line = PasswordGate.line(in: stream.request) else {
            return [settings.isOptional ? "no password: goes on unnamed" : "no password: 401"]
        }
        guard let credentials = PasswordGate.credentials(in: stream.request, line) else {
            return ["no name and password as RFC 7617 has them: 401"]
        }
        do throws(ConfigurationError) {
            let users = try UserTable(file.read(at: []), generation: 0)
            return users.user(credentials.user) == nil
                ? ["`\(credentials.user)` is no user: 401"]
                : ["checks the password of `\(credentials.user)`"]
        } catch {
            return [error.message]
        }
    }
}
