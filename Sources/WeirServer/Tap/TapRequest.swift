package import WeirBase
internal import WeirConfig
internal import WeirFilter

/// Which streams somebody wants to see, as the body of `POST /tap` says it.
package struct TapRequest: Decodable, Sendable {
    /// Which requests; nil for all.
    var when: RequestCondition.Configuration?
    /// The listener's name; nil for any.
    var listener: String?
    /// The route's name; nil for any.
    var route: String?
    /// The share of those requests that is recorded.
    var share = Percentage(100)
    /// How many are waited for.
    var count = 1
    /// How long they are waited for.
    var timeout = ConfigDuration(.seconds(30))

    static let mostRecords = 100
    static let longestWait = Interval.seconds(600)

    /// What could not be understood, a problem a line.
    package struct Problem: Error {
        package let text: String
    }

    private enum CodingKeys: String, CodingKey {
        case when, listener, route, share, count, timeout
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        when = try container.decodeIfPresent(RequestCondition.Configuration.self, forKey: .when)
        listener = try container.decodeIfPresent(String.self, forKey: .listener)
        route = try container.decodeIfPresent(String.self, forKey: .route)
        share = try container.decodeIfPresent(Percentage.self, forKey: .share) ?? share
        count = try container.decodeIfPresent(Int.self, forKey: .count) ?? count
        timeout = try container.decodeIfPresent(ConfigDuration.self, forKey: .timeout) ?? timeout
        guard (1...Self.mostRecords).contains(count) else {
            throw ConfigurationError(
                at: ["count"], "expected a number from 1 to \(Self.mostRecords), found \(count)")
        }
        let shortest = Interval.milliseconds(1)
        guard (shortest...Self.longestWait).contains(timeout.interval) else {
            throw ConfigurationError(
                at: ["timeout"],
                "expected a duration from \(ConfigDuration(shortest)) to "
                    + "\(ConfigDuration(Self.longestWait)), found \(timeout)")
        }
    }

    /// How many requests a text asks for, and how long. Throws what is wrong with it.
    package static func bounds(
        _ text: String
    ) throws(Problem) -> (count: Int, timeout: Interval) {
        let request = try read(text).request
        return (request.count, request.timeout.interval)
    }

    /// Reads YAML or JSON; no text at all asks for the next request, whichever it is.
    static func read(
        _ text: String
    ) throws(Problem) -> (request: TapRequest, condition: RequestCondition?) {
        let text = text.allSatisfy(\.isWhitespace) ? "{}" : text
        let (request, diagnostics) = ConfigText.decode(TapRequest.self, from: text, file: "tap")
        guard let request else {
            let problems = diagnostics.items.map {
                $0.path.isEmpty ? $0.sentence : "\($0.path): \($0.sentence)"
            }
            throw Problem(text: problems.joined(separator: "; "))
        }
        do throws(ConfigurationError) {
            return (
                request,
                try request.when.map { (when) throws(ConfigurationError) in
                    try RequestCondition(when)
                }
            )
        } catch {
            let path = error.path.reduce("when") { Int($1) == nil ? "\($0).\($1)" : "\($0)[\($1)]" }
            throw Problem(text: "\(path): \(error.message)")
        }
    }
}
