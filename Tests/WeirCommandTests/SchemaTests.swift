import Foundation
import Testing

/// `weir schema` and `weir check` agree on files, as Python's `jsonschema` reads the schema.
@Suite(.disabled(if: Command.isMissing, Comment(rawValue: Command.howToBuild)))
struct SchemaTests {
    /// What is wrong at a place of a file.
    private struct Finding: Decodable {
        let place: String
        let message: String
    }

    private static let folder = Command.fixtures.appending(path: "schema")

    private static func files(in folder: URL) -> [URL] {
        let all = try? FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        return (all ?? []).filter { $0.pathExtension == "yaml" }.sorted { $0.path < $1.path }
    }

    /// What the schema finds in files, as YAML 1.1 and as YAML 1.2 reads them.
    private func validate(_ files: [URL]) throws -> [String: [[Finding]]] {
        let schema = FileManager.default.temporaryDirectory
            .appending(path: "weir-schema-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: schema) }
        let printed = try Command.run(["schema"])
        #expect(printed.status == 0, "\(printed.errors)")
        try Data(printed.output.utf8).write(to: schema)
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/python3")
        python.arguments =
            [Self.folder.appending(path: "validate.py").path, schema.path] + files.map(\.path)
        python.environment = ["PYTHONPATH": Command.root.appending(path: ".build/python").path]
        let output = Pipe()
        python.standardOutput = output
        try python.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        python.waitUntilExit()
        try #require(python.terminationStatus == 0, "`make test-deps` installs what this needs")
        return try JSONDecoder().decode([String: [[Finding]]].self, from: data)
    }

    @Test func goodFilesAreGood() throws {
        let examples = Self.files(in: Command.root.appending(path: "examples"))
        let fixtures = Self.files(in: Command.fixtures).filter {
            $0.lastPathComponent != "broken.yaml"
        }
        let own = Self.files(in: Self.folder.appending(path: "good"))
        #expect(examples.count >= 8 && fixtures.count >= 5 && !own.isEmpty)
        for (file, runs) in try validate(examples + fixtures + own) {
            for finding in runs.joined() {
                Issue.record("\(file): \(finding.place): \(finding.message)")
            }
        }
        for file in own {
            let outcome = try Command.run(["check", file.path], environment: ["WORKERS": "2"])
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }

    /// The first line of a bad file names the place in a comment.
    @Test func badFilesAreBadAtTheSamePlace() throws {
        let files = Self.files(in: Self.folder.appending(path: "bad"))
        #expect(files.count >= 25)
        let found = try validate(files)
        for file in files {
            let text = try String(contentsOf: file, encoding: .utf8)
            let place = text.prefix { $0 != "\n" }.dropFirst(2)
            for run in try #require(found[file.path]) {
                #expect(run.map(\.place) == [String(place)], "\(file.path): \(run)")
            }
            let outcome = try Command.run(["check", file.path])
            #expect(outcome.status == 1)
            #expect(outcome.errors.contains(" error: \(place): "), "\(outcome.errors)")
        }
    }
}

/// What filters document is what their types decode.
@Suite(.disabled(if: Command.isMissing, Comment(rawValue: Command.howToBuild)))
struct FilterSchemaTests {
    /// The places that a schema has, those with others below them apart.
    private struct Places {
        var leaves: Set<String> = []
        var inner: Set<String> = []
        var anything: Set<String> = []

        init(_ document: [String: Any]) {
            gather(document, at: "", document["$defs"] as? [String: Any] ?? [:], within: [])
        }

        private mutating func gather(
            _ schema: [String: Any], at path: String, _ definitions: [String: Any],
            within names: [String]
        ) {
            var schemas = [schema]
            var names = names
            var isLeaf = true
            while let next = schemas.popLast() {
                if let reference = next["$ref"] as? String {
                    let name = String(reference.dropFirst("#/$defs/".count))
                    if names.contains(name) { continue }
                    names.append(name)
                    if let definition = definitions[name] as? [String: Any] {
                        schemas.append(definition)
                    }
                }
                schemas += next["anyOf"] as? [[String: Any]] ?? []
                for key in ["items", "additionalProperties"] {
                    if let inner = next[key] as? [String: Any] { schemas.append(inner) }
                }
                if Set(next.keys).isSubset(of: ["description", "default"]) {
                    anything.insert(path)
                }
                for (name, property) in next["properties"] as? [String: [String: Any]] ?? [:] {
                    isLeaf = false
                    gather(
                        property, at: path.isEmpty ? name : "\(path).\(name)", definitions,
                        within: names)
                }
            }
            if isLeaf { leaves.insert(path) } else { inner.insert(path) }
        }
    }

    private static let shipped: [String] = {
        let folders = try? FileManager.default.contentsOfDirectory(
            atPath: Command.root.appending(path: "filters").path)
        return (folders ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }()

    @Test(arguments: shipped) func schemaHasTheDocumentedFields(_ name: String) throws {
        let json = try Command.run(["filters", name, "--json"])
        let about = try #require(
            JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
        let schema = try #require(about["schema"] as? [String: Any])
        let fields = try #require(about["fields"] as? [[String: Any]])
        let documented = Set(fields.compactMap { $0["name"] as? String })
        let places = Places(schema)
        #expect(places.anything.isEmpty, "anything may be written at these places")
        for field in documented {
            #expect(
                places.leaves.contains(field) || places.inner.contains(field),
                "the type decodes no `\(field)`")
        }
        // One type serves both sides of TLS; these two it refuses for endpoints.
        let refused = name == "tls" ? ["certificate.names", "certificate.ocsp-staple"] : []
        for leaf in places.leaves where leaf != "" && !refused.contains(leaf) {
            // A field may be explained together with all that is below it.
            let isDocumented = documented.contains { (leaf + ".").hasPrefix($0 + ".") }
            #expect(isDocumented, "`\(leaf)` is not documented")
        }
    }

    @Test(arguments: shipped) func textShowsTheSameFields(_ name: String) throws {
        let text = try Command.run(["filters", name]).output
        #expect(!text.contains("anything"))
        if name == "https-redirect" {
            #expect(text.contains("Takes: whole number from 1 to 65535"))
        }
        if name == "rate-limit" { #expect(text.contains("\n  cost.max (whole number from 1 to")) }
    }
}
