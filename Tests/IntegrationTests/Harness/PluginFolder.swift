import Foundation
import WeirLiveTesting

/// Sources of a plug-in in a folder of their own, and the command that builds it.
final class PluginFolder {
    let folder: TemporaryFolder
    /// The file that `build` makes.
    var file: String { "\(folder.path)/plugin.so" }

    /// Writes one file of Swift.
    init(_ source: String) throws {
        folder = try TemporaryFolder()
        try rewrite(source)
    }

    func rewrite(_ source: String) throws { try folder.write(source, to: "Filter.swift") }

    /// Runs `weir plugin build`; `words` come behind the folder.
    func run(_ words: String...) throws -> CommandResult {
        try CommandResult.of(
            [Repository.binary(), "plugin", "build", folder.path, "-o", file] + words,
            within: .seconds(120))
    }

    /// Makes the file, which has to work.
    func build() throws {
        let result = try run()
        guard result.status == 0 else { throw HarnessError("plugin build: \(result.errors)") }
    }

    /// Asks `weir plugin inspect` about a file.
    static func inspect(_ file: String, _ words: String...) throws -> CommandResult {
        try CommandResult.of([Repository.binary(), "plugin", "inspect", file] + words)
    }

    /// The bytes of a plug-in with all places of `old` changed; both are of one length.
    static func bytes(of file: String, replacing old: String, with new: String) throws -> Data {
        var data = try Data(contentsOf: URL(fileURLWithPath: file))
        precondition(old.utf8.count == new.utf8.count)
        var start = data.startIndex
        while let place = data.range(of: Data(old.utf8), in: start..<data.endIndex) {
            data.replaceSubrange(place, with: Data(new.utf8))
            start = place.upperBound
        }
        return data
    }

    /// A filter `marker` that says `text` in a field and instead of every piece of a body.
    static func marker(_ text: String, name: String = "marker") -> String {
        """
        import WeirBase
        import WeirFilter

        public struct Marker: FilterFactory {
            public struct Configuration: Decodable, Sendable {
                public var suffix: String?
            }
            public static let name = "\(name)"
            public static let documentation = FilterDocumentation(
                summary: "Marks responses.", status: .alpha,
                securityPosture: .robustToUntrustedDownstreamAndUpstream,
                phases: [.responseHeaders, .responseBody],
                fields: [ConfigurationField("suffix", "text", default: "none", "What follows.")])
            public let phases: Phases = [.responseHeaders, .responseBody]
            private let filter: Marking
            public init(_ configuration: Configuration) throws {
                guard configuration.suffix != "bad" else {
                    throw ConfigurationError(at: ["suffix"], "expected something good")
                }
                filter = Marking(text: "\(text)" + (configuration.suffix ?? ""))
            }
            public func makeFilter() -> any HTTPFilter { filter }
        }

        final class Marking: HTTPFilter, Sendable {
            let text: String
            init(text: String) { self.text = text }
            func responseHeaders(_ response: ResponseHead, _ stream: FilterStream) -> Verdict {
                response.headers.set("x-marker", text)
                response.headers.remove("content-length")
                return .continue
            }
            func responseBody(
                _ chunk: BodyChunk, isLast: Bool, _ stream: FilterStream
            ) -> Verdict {
                if !chunk.bytes.isEmpty { chunk.bytes = ByteString(text) }
                return .continue
            }
        }
        """
    }
}
