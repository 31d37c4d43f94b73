public import WeirFilter

/// A filter with its configuration: decoded, checked, its factory made.
///
/// The same object stands in every effective chain that uses the configuration, so provisioning
/// goes by identity.
public final class FilterEntry: Sendable {
    /// The filter's name.
    public let name: String
    /// The kind of filter.
    public let type: FilterType
    /// What makes the filter, transport or codec. Not provisioned yet.
    public let factory: any Factory
    /// Where the most specific configuration stands in the file.
    public let mark: SourceMark
    /// The way from the file's root to where the filter was met first.
    private let path: ConfigPath
    private let file: String
    private let chainNode: ConfigNode?
    private let routeNode: ConfigNode?
    private let secretMarks: Set<SourceMark>

    init(
        type: FilterType, factory: any Factory, at cursor: Cursor, chainNode: ConfigNode?,
        routeNode: ConfigNode?
    ) {
        name = type.name
        self.type = type
        self.factory = factory
        mark = cursor.node.mark
        path = cursor.path
        file = cursor.context.file
        self.chainNode = chainNode
        self.routeNode = routeNode
        secretMarks = cursor.context.secretMarks
    }

    /// The factory of an HTTP filter; nil for a connection filter or a codec.
    public var httpFactory: (any FilterFactory)? { factory as? any FilterFactory }

    /// The configuration as it takes effect, secrets hidden, defaults left out.
    public var configuration: Rendered {
        (effectiveNode ?? ConfigNode(.null, mark)).rendered(hiding: secretMarks)
    }

    /// The configuration as it takes effect with its secrets in plain text, to compare it with
    /// another. Do not write it anywhere.
    public var secretConfiguration: String {
        (effectiveNode ?? ConfigNode(.null, mark)).rendered(hiding: []).json(indent: 0)
    }

    /// Every setting in effect, with where it comes from; secrets hidden. Made on each call.
    public var settings: [EffectiveSetting] {
        var settings: [EffectiveSetting] = []
        if let node = effectiveNode { collect(node, [], into: &settings) }
        let given = settings.map(\.path)
        // Which element of a list a default would be of, nobody can tell.
        let lists = given.compactMap { path in path.firstIndex(of: "[").map { path[..<$0] } }
        for field in type.documentation.fields {
            // A field of a group that is absent has no effect, and the group's own line says so.
            let isGiven = given.contains { path in
                path == field.name || path.hasPrefix(field.name + ".")
                    || path.hasPrefix(field.name + "[") || field.name.hasPrefix(path + ".")
            }
            let isOfElement = lists.contains { field.name.hasPrefix($0 + ".") }
            guard !isGiven, !isOfElement, let value = field.defaultValue else { continue }
            settings.append(
                EffectiveSetting(path: field.name, value: value, origin: .default, mark: nil))
        }
        return settings
    }

    /// Why the filter's factory could not be provisioned, at the field that a `ConfigurationError`
    /// names. `LoadedConfiguration.diagnostics(with:)` adds the line of the file.
    public func diagnostic(for error: any Error) -> Diagnostic {
        let known = error as? ConfigurationError
        return diagnostic(
            known ?? ConfigurationError("`\(name)` cannot be provisioned: \(error)"), .error)
    }

    /// Something doubtful that the factory says of its configuration.
    public func warning(_ message: String) -> Diagnostic {
        diagnostic(ConfigurationError(message), .warning)
    }

    private func diagnostic(
        _ error: ConfigurationError, _ severity: Diagnostic.Severity
    ) -> Diagnostic {
        let node = effectiveNode ?? ConfigNode(.null, mark)
        let context = LoadContext(file: file, folder: "")
        let place = Cursor(node: node, path: path, context: context).place(of: error.path)
        return Diagnostic(
            severity: severity, file: file, mark: place.node.mark, path: place.path.description,
            message: error.message)
    }

    /// What the chain says, for a route to lay its fields over.
    var configurationNode: ConfigNode? { chainNode }

    /// Where a route's configuration stands, if there is one.
    var routeNodeMark: SourceMark? { routeNode?.mark }

    private var effectiveNode: ConfigNode? {
        guard let chainNode else { return routeNode }
        return routeNode.map { chainNode.overlaid(by: $0) } ?? chainNode
    }

    private func collect(
        _ node: ConfigNode, _ path: [ConfigPath.Component],
        into settings: inout [EffectiveSetting]
    ) {
        let isHidden = secretMarks.contains(node.mark)
        switch node.content {
        case .mapping(let mapping) where !isHidden && !mapping.entries.isEmpty:
            for entry in mapping.entries {
                collect(entry.value, path + [.key(entry.key)], into: &settings)
            }
        case .list(let list) where list.contains { $0.mapping != nil }:
            for (index, element) in list.enumerated() {
                collect(element, path + [.index(index)], into: &settings)
            }
        case .null: break
        default:
            let isFromRoute = routeNode?.node(at: path)?.mark == node.mark
            settings.append(
                EffectiveSetting(
                    path: ConfigPath.text(path), value: node.rendered(hiding: secretMarks).inline,
                    origin: isFromRoute ? .route : .chain, mark: node.mark))
        }
    }
}

extension FilterEntry: Hashable {
    /// Whether both are the same object.
    public static func == (left: FilterEntry, right: FilterEntry) -> Bool { left === right }

    /// Goes by identity.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// A setting of a filter as it takes effect.
public struct EffectiveSetting: Sendable, Hashable {
    /// Where a setting comes from.
    public enum Origin: String, Sendable {
        /// The route's override.
        case route
        /// The chain.
        case chain
        /// Nowhere in the file: the filter's default.
        case `default`
    }

    /// The field in the filter's configuration: `abort.status`; empty for a plain value.
    public let path: String
    /// The value as it would be written.
    public let value: String
    /// Where it comes from.
    public let origin: Origin
    /// Its place in the file; nil for a default.
    public let mark: SourceMark?
}
