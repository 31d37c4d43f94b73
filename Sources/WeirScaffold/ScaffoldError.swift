/// Why nothing was made; the description says what to do.
public enum ScaffoldError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A name that cannot be used.
    case name(String)
    /// A file or folder that is in the way, is missing or cannot be written.
    case file(path: String, String)

    /// For people.
    public var description: String {
        switch self {
        case .name(let message): message
        case .file(let path, let message): "\(path): \(message)"
        }
    }
}
