internal import OpenSSLDigest
internal import WeirBase
internal import WeirFilter

/// `weir api-key new`: a key that nobody can guess, and the line that lets it in.
enum KeyTool {
    static let command = CommandTool(
        name: "api-key new",
        summary: "Makes an API key and its line for the gateway's file of keys.",
        usage: """
            usage: weir api-key new NAME

            Prints a fresh random key for the client NAME, and the line to put into the file that
            `file` of the filter api-key names. The key is not kept anywhere; the line has its
            SHA-256 alone.

            """,
        run: { words in try run(words) })

    private static func run(_ words: [String]) throws(ConfigurationError) -> String {
        guard words.count == 1, let name = words.first else {
            throw ConfigurationError("expected one name; see `weir api-key new --help`")
        }
        guard KeyTable.isName(name), !name.hasPrefix("#") else {
            throw ConfigurationError("expected a name of visible characters, found `\(name)`")
        }
        let digits = ByteString("0123456789abcdef").storage
        let key = ByteString(
            unguessableBytes(32).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
        let digest = SHA256Hasher().digest(key.span)
        return """
            key:  \(key)
            line: \(name):\(digest)

            """
    }
}
