internal import WeirBase
internal import WeirFilter

/// Which hashes of passwords are good enough, and affordable.
enum PasswordHash {
    /// Costs above these would keep a thread busy for more than about a second.
    static let costliest = 14
    static let mostRounds = 500_000

    /// What is wrong with a hash; nil for one that is good.
    static func problem(_ hash: String, of user: String) -> String? {
        let parts = hash.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 2, parts[0].isEmpty else { return weakness(hash, user) }
        switch parts[1] {
        case "2a", "2b", "2y": return bcryptProblem(parts)
        case "5": return shaProblem(parts, digits: 43)
        case "6": return shaProblem(parts, digits: 86)
        default: return weakness(hash, user)
        }
    }

    /// `$2y$05$` and 53 digits: 22 of salt, 31 of hash.
    private static func bcryptProblem(_ parts: [String]) -> String? {
        guard parts.count == 4, parts[2].utf8.count == 2, let cost = Int(parts[2]), cost >= 4,
            parts[3].utf8.count == 53, isDigits(parts[3])
        else { return "expected a bcrypt hash such as $2y$10$ and 53 digits" }
        guard cost <= costliest else {
            return "a bcrypt cost of \(cost) takes too long for a gateway; at most \(costliest)"
        }
        return nil
    }

    /// `$6$salt$` or `$6$rounds=N$salt$`, and the digits of the hash.
    private static func shaProblem(_ parts: [String], digits: Int) -> String? {
        var rest = parts.dropFirst(2)
        if let first = rest.first, first.hasPrefix("rounds=") {
            guard let rounds = Int(first.dropFirst("rounds=".count)), rounds >= 1000 else {
                return "expected at least 1000 rounds"
            }
            guard rounds <= mostRounds else {
                return "\(rounds) rounds take too long for a gateway; at most \(mostRounds)"
            }
            rest = rest.dropFirst()
        }
        guard rest.count == 2, let salt = rest.first, let hash = rest.last,
            (1...16).contains(salt.utf8.count),
            salt.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            hash.utf8.count == digits, isDigits(hash)
        else { return "expected a SHA-crypt hash such as $6$salt$ and 86 digits, or $5$ and 43" }
        return nil
    }

    private static func isDigits(_ text: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case 0x2E, 0x2F, 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: false
            }
        }
    }

    /// Refuses all others, by name where the name is known. Never shows the text: it may be a
    /// password.
    private static func weakness(_ hash: String, _ user: String) -> String {
        let kind =
            if hash.hasPrefix("$apr1$") || hash.hasPrefix("$1$") {
                "an MD5 hash, which is too weak"
            } else if hash.hasPrefix("{SHA}") || hash.hasPrefix("{SSHA}") {
                "a SHA-1 hash, which is too weak"
            } else if hash.utf8.count == 13 {
                "a crypt hash or a plain password, which are too weak"
            } else {
                "neither bcrypt nor SHA-crypt"
            }
        return "the password of `\(user)` is \(kind); make a good one with `htpasswd -B` or "
            + "`openssl passwd -6`"
    }
}
