/// The way from a file's root to a node: `listeners[0].filters[2].jwt.issuer`.
///
/// Made on the way down for every node and written out only for messages, so a step costs one
/// small allocation and no text.
public struct ConfigPath: Sendable, CustomStringConvertible {
    /// One step.
    public enum Component: Hashable, Sendable {
        /// Into a mapping.
        case key(String)
        /// Into a list.
        case index(Int)
    }

    private indirect enum Link: Sendable {
        case root
        case step(Link, Component)
    }

    private let link: Link

    private init(_ link: Link) { self.link = link }

    /// The root of a file.
    public static let root = ConfigPath(.root)

    /// The path into the mapping at this path.
    public func key(_ name: String) -> ConfigPath { ConfigPath(.step(link, .key(name))) }

    /// The path into the list at this path.
    public func index(_ index: Int) -> ConfigPath { ConfigPath(.step(link, .index(index))) }

    /// The steps from the root.
    public var components: [Component] {
        var components: [Component] = []
        var link = link
        while case .step(let parent, let component) = link {
            components.append(component)
            link = parent
        }
        return components.reversed()
    }

    /// The path as text; keys that hold a dot or a bracket stand in quotation marks.
    public var description: String { Self.text(components) }

    static func text(_ components: [Component]) -> String {
        var text = ""
        for component in components {
            switch component {
            case .index(let index): text += "[\(index)]"
            case .key(let key):
                if !text.isEmpty { text += "." }
                let isPlain = !key.isEmpty && !key.contains { ".[] \"".contains($0) }
                text += isPlain ? key : "\"\(key)\""
            }
        }
        return text
    }
}
