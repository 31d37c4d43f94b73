import Testing
import WeirConfig
import WeirFilter

/// A misspelled key must never be taken for a default: every mapping of the file refuses it.
@Suite struct UnknownKeyTests {
    /// Each documented mapping with a file in which `@` stands for one more entry of it.
    static let files: [String: String] = [
        "": "{@, listeners: []}",
        "runtime": "{runtime: {@}}",
        "plugins[]": "{plugins: [{@}]}",
        "admin": "{admin: {@}}",
        "access-log": "{access-log: {@}}",
        "log": "{log: {@}}",
        "reload": "{reload: {@}}",
        "listeners[]": "{listeners: [{@}]}",
        "listeners[].server-names[]": "{listeners: [{server-names: [{@}]}]}",
        "listeners[].limits": "{listeners: [{limits: {@}}]}",
        "listeners[].timeouts": "{listeners: [{timeouts: {@}}]}",
        "listeners[].client-address": "{listeners: [{client-address: {@}}]}",
        "listeners[].forwarding": "{listeners: [{forwarding: {@}}]}",
        "listeners[].path": "{listeners: [{path: {@}}]}",
        "routes.NAME[]": "{routes: {a: [{@}]}}",
        "routes.NAME[].match": "{routes: {a: [{match: {@}}]}}",
        "routes.NAME[].match.headers.NAME": "{routes: {a: [{match: {headers: {a: {@}}}}]}}",
        "routes.NAME[].to[]": "{routes: {a: [{to: [{@}]}]}}",
        "routes.NAME[].redirect": "{routes: {a: [{redirect: {@}}]}}",
        "routes.NAME[].respond": "{routes: {a: [{respond: {@}}]}}",
        "routes.NAME[].rewrite": "{routes: {a: [{rewrite: {@}}]}}",
        "clusters.NAME": "{clusters: {a: {@}}}",
        "clusters.NAME.endpoints[]": "{clusters: {a: {endpoints: [{@}]}}}",
        "clusters.NAME.pool": "{clusters: {a: {pool: {@}}}}",
        "clusters.NAME.dns": "{clusters: {a: {dns: {@}}}}",
        "clusters.NAME.timeouts": "{clusters: {a: {timeouts: {@}}}}",
        "clusters.NAME.limits": "{clusters: {a: {limits: {@}}}}",
    ]

    @Test(arguments: ConfigurationReference.groups.map(\.path))
    func everyMappingRefuses(_ path: String) throws {
        let file = try #require(Self.files[path], "no file for \(path)")
        let text = file.replacing("@", with: "no-such-key: 1")
        let found = load(text).diagnostics.errors.contains {
            $0.message == "unknown key `no-such-key`" && $0.path.hasSuffix("no-such-key")
        }
        #expect(found, "\(load(text).diagnostics)")
    }

    /// Each key that is documented is also read: the tables and the readers agree.
    @Test func everyDocumentedKeyIsKnown() throws {
        for group in ConfigurationReference.groups {
            let file = try #require(Self.files[group.path])
            for field in group.fields {
                let text = file.replacing("@", with: "\(field.name): [[]]")
                // A duplicate of a key that the file has already is refused as such.
                let errors = load(text).diagnostics.errors
                #expect(!errors.contains { $0.message.hasPrefix("unknown key") }, "\(field.name)")
                #expect(
                    errors.contains {
                        $0.path.contains(field.name) || $0.message.contains("twice")
                    },
                    "\(group.path).\(field.name) takes anything: \(errors)")
            }
        }
    }

    @Test func everyFieldIsDocumented() {
        for group in ConfigurationReference.groups {
            #expect(Set(group.fields.map(\.name)).count == group.fields.count)
            for field in group.fields { #expect(!field.meaning.isEmpty && !field.type.isEmpty) }
        }
    }
}

/// Loads a file that exists only as text.
func load(_ text: String, environment: [String: String] = [:]) -> LoadedConfiguration {
    GatewayConfiguration.load(
        ConfigSource(file: "weir.yaml", text: text), registry: TestFilters.registry,
        environment: environment)
}
