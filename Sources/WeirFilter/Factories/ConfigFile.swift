/// A file that a configuration names.
///
/// It is written as text; a relative path starts from the folder of the configuration file.
public struct ConfigFile: Decodable, Sendable, Hashable, CustomStringConvertible {
    /// The path, absolute or from the process's working directory.
    public let path: String

    /// Wraps a path.
    public init(_ path: String) { self.path = path }

    /// Reads a path and puts the configuration's folder before a relative one.
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard !text.isEmpty else { throw ConfigurationError("the path is empty") }
        let folder = decoder.userInfo[.configurationFolder] as? String
        path = text.hasPrefix("/") ? text : folder.map { "\($0)/\(text)" } ?? text
    }

    /// The path.
    public var description: String { path }
}

extension CodingUserInfoKey {
    /// The folder of the configuration file, a `String`, for a decoder of `ConfigFile`.
    public static var configurationFolder: CodingUserInfoKey {
        CodingUserInfoKey(rawValue: "weir.configuration-folder")!
    }
}
