import Foundation

/// A file of users as the usual tools make it.
struct PasswordFile {
    let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("weir-users-\(UUID().uuidString)").path

    func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// What a command prints.
    static func output(_ command: String, _ arguments: [String]) throws -> String {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [command] + arguments
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A line as `htpasswd` makes it: bcrypt of little cost, unless `flags` say otherwise.
    static func htpasswd(_ user: String, _ password: String, _ flags: String = "-nbBC4")
        throws -> String
    {
        let words = flags.hasSuffix("C4") ? ["-nbB", "-C", "4"] : [flags]
        return try output("htpasswd", words + [user, password])
    }

    /// A line with what `openssl passwd` makes.
    static func openssl(_ user: String, _ password: String, _ flag: String) throws -> String {
        "\(user):" + (try output("openssl", ["passwd", flag, password]))
    }
}

/// The value of the field that shows a name and a password.
func basic(_ user: String, _ password: String) -> String {
    "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
}
