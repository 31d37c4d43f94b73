import Foundation
import OpenSSLDigest

/// The public API of a module as text: a declaration per line, in the order of names.
struct PublicAPI {
    /// The modules whose API others build on.
    static let modules = ["WeirBase", "WeirFilter", "WeirTesting"]

    /// The module.
    let module: String
    /// The listing, one declaration per line.
    let listing: String

    /// The beginning of the listing's SHA-256, as `sha256sum` shows it.
    var digest: String {
        let digest = SHA256Hasher().digest(Array(listing.utf8).span)
        return String("\(digest)".prefix(12))
    }

    /// The file that holds the listing.
    var file: URL { Tree.root.appending(path: "docs/api/\(module).txt") }

    /// Reads the symbol graphs of a module in a folder, those of its extensions included.
    init(_ module: String, symbolGraphs folder: URL) throws {
        self.module = module
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        var lines: Set<String> = []
        for file in files {
            let name = file.lastPathComponent
            guard name == "\(module).symbols.json" || name.hasPrefix("\(module)@") else { continue }
            let graph = try JSONDecoder().decode(Graph.self, from: Data(contentsOf: file))
            lines.formUnion(graph.lines)
        }
        listing = lines.sorted().map { $0 + "\n" }.joined()
    }

    private struct Graph: Decodable {
        struct Symbol: Decodable {
            struct Identifier: Decodable { let precise: String }
            struct Fragment: Decodable { let spelling: String }

            let identifier: Identifier
            let pathComponents: [String]
            let declarationFragments: [Fragment]
        }

        struct Relationship: Decodable {
            let kind: String
            let source: String
            let target: String
            let targetFallback: String?
        }

        let symbols: [Symbol]
        let relationships: [Relationship]

        /// What every type has unless it says otherwise.
        private static let usual = [
            "Copyable", "Escapable", "SendableMetatype", "BitwiseCopyable",
        ]

        /// The stamp of plug-ins has a member that is called after the digest of all sources, which
        /// changes with each of them and is nobody's to use.
        private static func isStamp(_ symbol: Symbol) -> Bool {
            symbol.pathComponents.last?.hasPrefix("isContract_") ?? false
        }

        var lines: Set<String> {
            var names: [String: String] = [:]
            for symbol in symbols {
                names[symbol.identifier.precise] = symbol.pathComponents.joined(separator: ".")
            }
            var lines: Set<String> = []
            for symbol in symbols where !Self.isStamp(symbol) {
                let declaration = symbol.declarationFragments.map(\.spelling).joined()
                    .split { $0.isWhitespace }.joined(separator: " ")
                lines.insert("\(symbol.pathComponents.joined(separator: ".")) | \(declaration)")
            }
            for relationship in relationships where relationship.kind == "conformsTo" {
                // `Swift.Sendable` and the like; those of this module are known by their own name.
                let target =
                    names[relationship.target]
                    ?? relationship.targetFallback.map {
                        String($0.split(separator: ".").last ?? "")
                    }
                guard let name = names[relationship.source], let target,
                    !Self.usual.contains(target)
                else { continue }
                lines.insert("\(name) : \(target)")
            }
            return lines
        }
    }
}
