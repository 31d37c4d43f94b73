internal import WeirBase
internal import WeirFilter

/// `weir cert dev`: a certificate for trying things out, signed by itself.
enum CertificateTool {
    static let command = CommandTool(
        name: "cert dev",
        summary: "Writes a self-signed certificate and its key for development.",
        usage: """
            usage: weir cert dev [--name NAME]... [--days DAYS] [--out FOLDER] [--force]

            Writes dev.pem, a self-signed certificate with an ECDSA key on P-256, and dev.key, the
            key, readable by you alone. Clients have to be told to trust it: curl --cacert dev.pem.

              --name NAME   a host name or an IP address that it is for; may be repeated
                            (default: localhost, 127.0.0.1 and ::1)
              --days DAYS   how long it is valid, 1 to 3650 days (default: 30)
              --out FOLDER  where the files are written (default: .)
              --force       overwrites files that are there

            """,
        run: { words in try run(words) })

    private struct Options {
        var names: [String] = []
        var days = 30
        var folder = "."
        var isForced = false

        init(_ words: [String]) throws(ConfigurationError) {
            var index = 0
            func value(_ option: String) throws(ConfigurationError) -> String {
                index += 1
                guard index < words.count else {
                    throw ConfigurationError("\(option) needs a value")
                }
                return words[index]
            }
            while index < words.count {
                switch words[index] {
                case "--name":
                    let text = try value("--name")
                    guard IPAddress(text) != nil || ServerName.pattern(text) != nil else {
                        throw ConfigurationError(
                            "--name: expected a host name or an IP address, found `\(text)`")
                    }
                    names.append(text)
                case "--days":
                    let text = try value("--days")
                    guard let number = Int(text), (1...3650).contains(number) else {
                        throw ConfigurationError("--days: expected 1 to 3650, found `\(text)`")
                    }
                    days = number
                case "--out": folder = try value("--out")
                case "--force": isForced = true
                default:
                    throw ConfigurationError(
                        "unknown option `\(words[index])`; expected --name, --days, --out or "
                            + "--force")
                }
                index += 1
            }
            if names.isEmpty { names = ["localhost", "127.0.0.1", "::1"] }
        }
    }

    private static func run(_ words: [String]) throws(ConfigurationError) -> String {
        let options = try Options(words)
        guard let made = SelfSigned(names: options.names, days: options.days) else {
            throw ConfigurationError(
                "OpenSSL makes no certificate: \(OpenSSLErrors.takeText())")
        }
        let key = "\(options.folder)/dev.key"
        let chain = "\(options.folder)/dev.pem"
        if !options.isForced {
            for path in [key, chain] where SystemCalls.exists(path) {
                throw ConfigurationError("\(path) is there already; --force overwrites it")
            }
        }
        try SystemCalls.write(made.key, to: key, mode: 0o600)
        try SystemCalls.write(made.certificate, to: chain, mode: 0o644)
        return """
            \(chain): a self-signed certificate for \(options.names.joined(separator: ", ")), \
            valid for \(options.days == 1 ? "1 day" : "\(options.days) days")
            \(key): its key

            """
    }
}
