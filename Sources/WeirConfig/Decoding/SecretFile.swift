internal import WeirFilter

/// Files that hold one secret each.
enum SecretFile {
    static func read(_ path: String, folder: String) throws -> String {
        guard !path.isEmpty else { throw ConfigurationError(at: ["file"], "the path is empty") }
        let full = path.hasPrefix("/") ? path : "\(folder)/\(path)"
        var text: String
        do {
            text = try ConfigSource.readText(full)
        } catch {
            throw ConfigurationError(at: ["file"], "\(error)")
        }
        // Editors and `echo` end a file with a line break that is no part of the secret.
        if text.hasSuffix("\n") || text.hasSuffix("\r\n") { text.removeLast() }
        guard !text.isEmpty else {
            throw ConfigurationError(at: ["file"], "\(full) holds no secret: it is empty")
        }
        return text
    }
}
