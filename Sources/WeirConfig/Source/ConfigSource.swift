import Foundation
internal import Yams

/// A configuration file: its name and its text.
public struct ConfigSource: Sendable {
    /// The file's path as the operator gave it; it stands in diagnostics.
    public let file: String
    /// The whole text.
    public let text: String

    /// The largest file that is read: 64 MiB.
    public static let maximumBytes = 64 << 20

    /// Names a text.
    public init(file: String, text: String) {
        self.file = file
        // A byte-order mark is no part of the text.
        self.text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    }

    /// Reads a file. Throws `ConfigurationFileError` when it cannot be read or is not UTF-8.
    public init(contentsOf file: String) throws {
        self.init(file: file, text: try ConfigSource.readText(file))
    }

    /// The folder that relative paths in the file start from.
    public var folder: String {
        guard let slash = file.lastIndex(of: "/") else { return "." }
        return slash == file.startIndex ? "/" : String(file[..<slash])
    }

    static func readText(_ file: String) throws -> String {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: file))
        } catch {
            let reason =
                FileManager.default.fileExists(atPath: file)
                ? "cannot be read" : "does not exist"
            throw ConfigurationFileError(file: file, reason: reason)
        }
        guard data.count <= maximumBytes else {
            throw ConfigurationFileError(file: file, reason: "is larger than 64 MiB")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ConfigurationFileError(file: file, reason: "is not UTF-8 text")
        }
        return text
    }

    /// Parses the text and resolves aliases, merge keys and the environment.
    ///
    /// Returns nil, with the reason in `context`, when the text is no single YAML document.
    func parse(_ context: LoadContext, environment: [String: String]) -> ConfigNode? {
        do {
            // The resolver without rules: the default one asks six regular expressions about each
            // scalar, three quarters of the parse time, to find a type that no reader here uses.
            // The parser must outlive the conversion, since it alone holds the anchors.
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            guard let root = try parser.singleRoot() else {
                context.report("the file is empty", at: .start, .root)
                return nil
            }
            var builder = NodeBuilder(
                context: context, environment: environment, textBytes: text.utf8.count)
            return withExtendedLifetime(parser) { builder.build(root) }
        } catch let error as YamlError {
            report(error, to: context)
        } catch {
            context.report("\(error)", at: .start, .root)
        }
        return nil
    }
}

/// A file that cannot be used.
public struct ConfigurationFileError: Error, CustomStringConvertible, Sendable {
    /// The file's path.
    public let file: String
    /// Why, as the end of a sentence: `does not exist`.
    public let reason: String

    /// The path and the reason.
    public var description: String { "\(file) \(reason)" }
}
