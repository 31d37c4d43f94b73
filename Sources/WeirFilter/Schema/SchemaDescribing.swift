/// A type of configuration that says itself how it is written.
///
/// `weir schema` finds out about most types by asking what they decode: structures of fields,
/// lists, dictionaries, enumerations of text that list their cases. A type with an `init(from:)` of
/// its own that checks text, or takes several shapes, adopts this protocol.
///
///     extension Period: SchemaDescribing {
///         static var schema: ConfigurationSchema {
///             .anyOf([.choice(["minute", "hour"]), .duration()])
///         }
///     }
public protocol SchemaDescribing: Decodable {
    /// What may be written.
    static var schema: ConfigurationSchema { get }
}
