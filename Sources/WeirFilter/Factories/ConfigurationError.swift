/// An error in a factory's configuration that names the field, so that the report can name its
/// line.
public struct ConfigurationError: Error, CustomStringConvertible {
    /// The way to the field from the filter's configuration: `["abort", "status"]`. An element of a
    /// list is its index.
    public let path: [String]
    /// What is wrong and what was expected.
    public let message: String

    /// Describes what is wrong with the field at `path`.
    public init(at path: [String] = [], _ message: String) {
        self.path = path
        self.message = message
    }

    /// The path and the message.
    public var description: String {
        path.isEmpty ? message : "\(path.joined(separator: ".")): \(message)"
    }
}
