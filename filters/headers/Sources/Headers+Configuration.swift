public import WeirFilter

extension Headers {
    /// What the operator can set.
    public struct Configuration: Decodable, Sendable {
        /// Changes to the request before it goes upstream.
        public var request: Changes?
        /// Changes to the response before it goes to the client.
        public var response: Changes?

        /// Describes changes to both messages.
        public init(request: Changes? = nil, response: Changes? = nil) {
            self.request = request
            self.response = response
        }
    }

    /// Changes to one message, made in the order of these fields.
    public struct Changes: Decodable, Sendable {
        /// Fields that get one value.
        public var set: Templates?
        /// Fields that get one more line.
        public var add: Templates?
        /// Fields whose last value is extended.
        public var append: Templates?
        /// Fields to remove.
        public var remove: [String]?

        /// Describes changes.
        public init(
            set: Templates? = nil, add: Templates? = nil, append: Templates? = nil,
            remove: [String]? = nil
        ) {
            self.set = set
            self.add = add
            self.append = append
            self.remove = remove
        }
    }

    /// Field names with the templates of their values, in the order of the file.
    public struct Templates: Decodable, Sendable, ExpressibleByDictionaryLiteral {
        /// Names and templates as they were written.
        public var entries: [(name: String, template: String)]

        /// Lists names with their templates.
        public init(dictionaryLiteral elements: (String, String)...) {
            entries = elements.map { (name: $0.0, template: $0.1) }
        }

        /// Reads a mapping and keeps its order, which a dictionary would not.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            entries = try container.allKeys.map {
                (name: $0.stringValue, template: try container.decode(String.self, forKey: $0))
            }
        }

        private struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
    }
}

extension Headers.Templates: SchemaDescribing {
    /// A mapping of field names to templates.
    public static var schema: ConfigurationSchema {
        .map(to: .text("template"), names: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
    }
}
