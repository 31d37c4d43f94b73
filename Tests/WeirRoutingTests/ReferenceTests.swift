import Testing
import WeirBase
import WeirConfig
import WeirRouting

/// The index beside a matcher that looks at every route and follows the documented rules.
@Suite struct ReferenceTests {
    @Test(arguments: 0..<40)
    func agreesWithALinearMatcher(_ seed: UInt64) throws {
        var random = Dice(state: seed)
        for _ in 0..<5 {
            let routes = (0..<random.number(1...40)).map { _ in randomRoute(&random) }
            let index = try RouteIndex(routes)
            for _ in 0..<50 {
                let head = randomRequest(&random)
                let ranks = routes.indices.compactMap { index in
                    rank(routes[index], head).map { (rank: $0 + [index], index: index) }
                }
                let expected = ranks.min { $0.rank.lexicographicallyPrecedes($1.rank) }?.index
                let found = index.route(of: head)
                #expect(
                    found == expected,
                    """
                    \(head.method) \(head.authority) \(head.path): \
                    index \(found.map { "\(routes[$0])" } ?? "none"), \
                    reference \(expected.map { "\(routes[$0])" } ?? "none")
                    """)
                let explained = index.explain(head, limit: ranks.count)
                #expect(explained.map(\.route).sorted() == ranks.map(\.index))
                #expect(explained.allSatisfy { $0.matches })
                #expect(explained.first?.route == expected)
            }
        }
    }

    // MARK: The rules

    /// Less is more specific; nil when the route does not match.
    private func rank(_ match: RouteMatch, _ head: RequestHead) -> [Int]? {
        let host = String(head.authority.description.split(separator: ":")[0])
        let hosts = match.hosts.isEmpty ? [.any] : match.hosts
        guard let hostRank = hosts.compactMap({ rank($0, host) }).min(),
            let pathRank = rank(match.path, head.path.description),
            match.methods.isEmpty || match.methods.contains("\(head.method.name)"),
            match.headers.allSatisfy({ head.headers.contains($0.name) }),
            match.query.allSatisfy({ head.query?.description == $0.name })
        else { return nil }
        let count = (match.methods.isEmpty ? 0 : 1) + match.headers.count + match.query.count
        // Of equal length, so that conditions are compared only where paths are equal.
        return [hostRank] + pathRank + Array(repeating: 0, count: 8 - pathRank.count) + [-count]
    }

    private func rank(_ pattern: HostPattern, _ host: String) -> Int? {
        switch pattern {
        case .any: 1000
        case .exact(let name): host == name ? 0 : nil
        case .wildcard(let suffix): host.hasSuffix(".\(suffix)") ? 500 - suffix.count : nil
        }
    }

    /// A known segment or the end 0, a captured segment 1, a regular expression 2, anything that
    /// follows 3.
    private func rank(_ pattern: PathPattern, _ path: String) -> [Int]? {
        let parts = segments(path)
        switch pattern {
        case .any: return [3]
        case .exact(let text): return text == path ? parts.map { _ in 0 } + [0] : nil
        case .prefix(let text):
            let own = segments(text)
            return parts.starts(with: own) ? own.map { _ in 0 } + [3] : nil
        case .template(let template):
            var rank: [Int] = []
            for (index, segment) in template.segments.enumerated() {
                switch segment {
                case .tail: return rank + [3]
                case .literal(let text):
                    guard index < parts.count, parts[index] == text else { return nil }
                    rank.append(0)
                case .capture:
                    guard index < parts.count, !parts[index].isEmpty else { return nil }
                    rank.append(1)
                }
            }
            return rank.count == parts.count ? rank + [0] : nil
        case .regex(let text):
            guard takes(text, path) else { return nil }
            let literal = segments(text).dropLast().prefix { !$0.contains("[") }
            return literal.map { _ in 0 } + [2]
        }
    }

    /// Whether a path is like one of the expressions of `randomRoute`.
    private func takes(_ regex: String, _ path: String) -> Bool {
        let parts = segments(path)
        let own = segments(regex)
        guard own.last == ".*" ? parts.count >= own.count : parts.count == own.count else {
            return false
        }
        return zip(own, parts).allSatisfy { own, part in
            switch own {
            case ".*": true
            case "[a-z]+": !part.isEmpty && part.allSatisfy(\.isLetter)
            case "[ab]": part == "a" || part == "b"
            default: own == part
            }
        }
    }

    private func segments(_ path: String) -> [String] {
        path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    }

    // MARK: Random routes and requests

    private static let words = ["a", "b", "users", "a-segment-that-is-long"]
    private static let hosts = ["a.x.org", "b.x.org", "x.org", "b.a.x.org", "y.net"]

    private func randomPath(_ random: inout Dice, _ count: ClosedRange<Int>) -> String {
        (0..<random.number(count)).map { _ in "/" + random.one(of: Self.words) }.joined()
    }

    private func randomRoute(_ random: inout Dice) -> RouteMatch {
        let path: String
        switch random.number(0...9) {
        case 0: path = "/**"
        case 1, 2: path = randomPath(&random, 1...4) + (random.number(0...4) == 0 ? "/" : "")
        case 3, 4: path = randomPath(&random, 1...3) + "/**"
        case 5, 6, 7:
            let parts = (0..<random.number(1...4)).map { index in
                random.number(0...1) == 0 ? "/{c\(index)}" : "/" + random.one(of: Self.words)
            }
            path = parts.joined() + (random.number(0...2) == 0 ? "/{rest=**}" : "")
        case 8: path = "~" + randomPath(&random, 0...2) + random.one(of: ["/[a-z]+", "/.*"])
        default: path = "~" + randomPath(&random, 0...1) + "/[ab]" + randomPath(&random, 0...2)
        }
        let hosts = ["*", "*.x.org", "*.a.x.org"] + Self.hosts
        return route(
            path, hosts: (0..<random.number(0...2)).map { _ in random.one(of: hosts) },
            methods: random.one(of: [[], [], [], ["GET"], ["POST", "PUT"]]),
            headers: random.one(of: [[], [], [], [("x-a", .present(true))]]),
            query: random.one(of: [[], [], [], [("q", .present(true))]]))
    }

    private func randomRequest(_ random: inout Dice) -> RequestHead {
        request(
            randomPath(&random, 1...5) + random.one(of: ["", "", "/", "?q", "?p"]),
            host: random.one(of: Self.hosts) + random.one(of: ["", ":80"]),
            method: random.one(of: ["GET", "POST"]),
            headers: random.one(of: [[], [("x-a", "1")]]))
    }
}

extension RouteCandidate {
    fileprivate var matches: Bool {
        if case .missed = outcome { false } else { true }
    }
}

/// Numbers that are the same in every run (SplitMix64).
struct Dice {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(next() % UInt64(range.count))
    }

    mutating func one<Element>(of choices: [Element]) -> Element {
        choices[number(0...choices.count - 1)]
    }
}
