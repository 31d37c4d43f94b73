/// An entry of `plugins`: a file with further filters.
public struct PluginConfiguration: Sendable, Hashable {
    /// The file's path, from the process's working directory or absolute; in the file a relative
    /// one starts from the folder of the configuration.
    public let path: String
    /// The names of the filters in it.
    public let filters: [String]

    /// As it takes effect.
    var rendered: Rendered {
        .object([("path", .text(path)), ("filters", .list(filters.map { .text($0) }))])
    }
}
