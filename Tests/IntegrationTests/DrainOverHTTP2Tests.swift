import Foundation
import Testing
import WeirLiveTesting

/// Draining and reloading with requests in flight over HTTP/2: none fails.
@Suite struct DrainOverHTTP2Tests {
    static func configuration(_ origin: String, _ socket: String, version: String) -> Configuration
    {
        var configuration = Configuration(endpoints: ["unix:\(socket)"])
        configuration.workers = 1
        configuration.listener = ["connection: [http2]"]
        configuration.routes = ["match: {path: /version}, respond: {body: \(version)}"]
        if origin == "h2" { configuration.cluster = ["connection: [http2]"] }
        // A cluster that has changed begins anew, while the old one's requests finish.
        configuration.cluster.append("limits: {header-count: \(version == "one" ? 200 : 201)}")
        return configuration
    }

    @Test(arguments: ["h1", "h2"])
    func draining(_ origin: String) throws {
        let folder = try TemporaryFolder()
        let socket = "\(folder.path)/origin"
        let gateway = try Gateway(Self.configuration(origin, socket, version: "one"))
        gateway.expectEnd()
        let result = try Python.run(
            "drain.py",
            [origin, "\(gateway.address())", socket, "\(gateway.process.identifier)"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try gateway.process.wait(within: patience) == 0)
    }

    @Test(arguments: ["h1", "h2"])
    func reloading(_ origin: String) throws {
        let folder = try TemporaryFolder()
        let socket = "\(folder.path)/origin"
        let gateway = try Gateway(Self.configuration(origin, socket, version: "one"))
        let new = Self.configuration(origin, socket, version: "two").yaml
        try gateway.folder.write(new, to: "new.yaml")
        let result = try Python.run(
            "drain.py",
            [
                origin, "\(gateway.address())", socket, "\(gateway.process.identifier)",
                "\(gateway.folder.path)/weir.yaml", "\(gateway.folder.path)/new.yaml",
            ])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try gateway.metric("weir_config_generation") == 2)
    }
}
