internal import WeirBase
internal import WeirFilter

/// An issuer's keys from a file, read again when it changes; a bad file changes nothing.
enum KeyFile {
    /// Reads the keys for the first time, puts them on `shelf` and watches the file.
    static func follow(
        _ file: ConfigFile, _ shelf: KeyShelf, _ services: any GatewayServices, at field: [String]
    ) throws(ConfigurationError) {
        try file.follow(services, at: field, limit: KeySet.sizeLimit) {
            bytes throws(ConfigurationError) in
            let keys: KeySet
            do throws(KeySet.Fault) {
                keys = try KeySet(bytes.span)
            } catch {
                throw ConfigurationError(error.description)
            }
            for note in keys.notes { services.log(.warning, "\(file): \(note)") }
            shelf.store(keys)
        }
    }
}
