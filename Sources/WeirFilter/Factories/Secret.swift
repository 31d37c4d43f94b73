/// Text that must not be shown: a password, a token, a key.
///
/// In a file it is written as text, best from the environment (`${TOKEN}`), or as
/// `{file: path}`: the file's content without a line break at its end. A relative path starts from
/// the configuration's folder.
public struct Secret: Decodable, Sendable, Hashable {
    /// The secret itself. Do not write it anywhere.
    public let value: String

    /// Wraps a secret.
    public init(_ value: String) { self.value = value }

    private enum CodingKeys: String, CodingKey { case file }

    /// Reads text, or the file that is named.
    public init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            value = text
            return
        }
        let container = try? decoder.container(keyedBy: CodingKeys.self)
        guard let path = try container?.decodeIfPresent(String.self, forKey: .file) else {
            throw ConfigurationError("expected a secret: text, or `{file: path}`")
        }
        guard let read = decoder.userInfo[.secretReader] as? SecretReader else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "files are not read here"))
        }
        value = try read(path)
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Hides the value.
    public var description: String { "(redacted)" }
    /// Hides the value.
    public var debugDescription: String { "(redacted)" }
    /// Hides the value from `dump`.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Reads the file of a secret; the path as it was written.
public typealias SecretReader = @Sendable (_ path: String) throws -> String

extension CodingUserInfoKey {
    /// The `SecretReader` of a decoder.
    public static var secretReader: CodingUserInfoKey {
        CodingUserInfoKey(rawValue: "weir.secret-reader")!
    }
}
