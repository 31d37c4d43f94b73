internal import WeirBase
internal import WeirConfig

/// Which listener a request reaches, and why.
struct ListenerChoice {
    /// The position among the configuration's listeners.
    let index: Int
    /// Why this one, as a clause.
    let reason: String

    /// The listener for `request`, or why there is none.
    static func make(
        for request: RequestSketch, named name: String?, among listeners: [ListenerConfiguration]
    ) throws(RequestSketch.Mistake) -> ListenerChoice {
        if let name { return try named(name, among: listeners) }
        if let port = request.port {
            let sharing = listeners.indices.filter { listeners[$0].address.port == port }
            if let exact = sharing.first(where: { listeners[$0].address.ip == request.address }) {
                return ListenerChoice(index: exact, reason: "as the URL names its address")
            }
            let open = sharing.first { listeners[$0].address.ip?.isUnspecified == true }
            if let index = open ?? sharing.first {
                return ListenerChoice(index: index, reason: "as it has port \(port)")
            }
            if request.namesPort {
                let list = listeners.map { "\($0.name) at \($0.address)" }
                throw RequestSketch.Mistake(
                    message: "no listener has port \(port). There are: "
                        + "\(list.joined(separator: ", ")); --listener NAME picks one")
            }
        }
        let isOnly = listeners.count == 1
        let reason = request.port == nil ? "" : ", as the URL names no port"
        return ListenerChoice(
            index: 0,
            reason: isOnly
                ? "the only one\(reason)"
                : "the first one\(reason); --listener NAME picks another")
    }

    private static func named(
        _ name: String, among listeners: [ListenerConfiguration]
    ) throws(RequestSketch.Mistake) -> ListenerChoice {
        if let index = listeners.firstIndex(where: { $0.name == name }) {
            return ListenerChoice(index: index, reason: "as --listener says")
        }
        let names = listeners.map(\.name)
        let near = NearestName.find(name, in: names).map { "; did you mean `\($0)`?" } ?? "."
        throw RequestSketch.Mistake(
            message: "there is no listener `\(name)`\(near) There are: "
                + names.joined(separator: ", "))
    }
}

extension RequestSketch {
    /// The address that the URL's host is, without asking anybody.
    fileprivate var address: IPAddress? {
        host == "localhost" ? IPAddress(v4: 0x7F00_0001) : host.flatMap { IPAddress($0) }
    }
}
