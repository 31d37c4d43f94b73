internal import WeirBase

/// A request as it is described on the command line: what curl would send for it.
struct RequestSketch {
    /// Why a description is no request that a client could send.
    struct Mistake: Error {
        let message: String
    }

    let method: String
    /// The URL, path or authority as it was given.
    let url: String
    /// `http` or `https`, or nil when only a path was given.
    let scheme: String?
    /// The host of the URL without port and brackets, or nil when only a path was given.
    let host: String?
    /// The port of the URL, also when the scheme implies it; nil when only a path was given.
    let port: UInt16?
    /// Whether the port is written in the URL.
    let namesPort: Bool
    /// What stands in the request line.
    let target: String
    /// What is cut off because clients keep it to themselves.
    let fragment: String?
    let fields: [(name: String, value: String)]
    private let authority: String?

    init(method: String, url: String, fields: [String]) throws(Mistake) {
        guard !method.isEmpty, method.unicodeScalars.allSatisfy({ $0.value > 0x20 }) else {
            throw Mistake(message: "the method is a word such as GET")
        }
        guard !url.contains(where: \.isNewline) else {
            throw Mistake(message: "the URL holds a line's end")
        }
        var read: [(name: String, value: String)] = []
        for field in fields { read.append(try Self.field(field)) }
        self.method = method
        self.url = url
        self.fields = read
        if method == "CONNECT" || url.hasPrefix("/") || url == "*" {
            (scheme, host, port, namesPort, authority) = (nil, nil, nil, false, nil)
            (target, fragment) = method == "CONNECT" ? (url, nil) : Self.cutFragment(url)
            return
        }
        guard let end = url.firstRange(of: "://"),
            ["http", "https"].contains(url[..<end.lowerBound].lowercased())
        else {
            throw Mistake(
                message: "`\(url)` is no URL such as http://api.example.com/users/42, and no path")
        }
        let scheme = url[..<end.lowerBound].lowercased()
        let rest = url[end.upperBound...]
        let whole = rest.prefix { !"/?#".contains($0) }
        (target, fragment) = Self.cutFragment(String(rest.dropFirst(whole.count)))
        let place = try Self.split(String(whole))
        let implied: UInt16 = scheme == "https" ? 443 : 80
        self.scheme = scheme
        host = place.host
        port = place.port ?? implied
        namesPort = place.port != nil
        // A client leaves out the port that the scheme implies.
        authority = place.port == implied ? place.text : String(whole)
    }

    /// The head as a client would send it. The server name, or else the address, stands in for the
    /// host of a mere path.
    func head(address: SocketAddress, serverName: String?) -> [UInt8] {
        var text = "\(method) \(target) HTTP/1.1\r\n"
        if !fields.contains(where: { $0.name.lowercased() == "host" }) {
            let own = serverName ?? (address.port == nil ? "localhost" : "\(address.reachable)")
            text += "Host: \(authority ?? (method == "CONNECT" ? target : own))\r\n"
        }
        for field in fields { text += "\(field.name): \(field.value)\r\n" }
        return Array((text + "\r\n").utf8)
    }

    private static func field(_ text: String) throws(Mistake) -> (name: String, value: String) {
        guard !text.contains(where: \.isNewline) else {
            throw Mistake(message: "a header field holds a line's end")
        }
        guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else {
            throw Mistake(message: "`\(text)` is no header field; expected 'Name: value'")
        }
        let value = text[text.index(after: colon)...].drop { $0 == " " }
        return (String(text[..<colon]), String(value))
    }

    /// What follows the authority, as a client puts it into the request line.
    private static func cutFragment(_ text: String) -> (target: String, fragment: String?) {
        let cut = text.firstIndex(of: "#")
        let sent = text[..<(cut ?? text.endIndex)]
        let fragment = cut.map { String(text[text.index(after: $0)...]) }
        return (sent.first == "/" || sent == "*" ? String(sent) : "/\(sent)", fragment)
    }

    /// The parts of `host:port`; `text` is what stands before the port's colon.
    private static func split(
        _ authority: String
    ) throws(Mistake) -> (text: String, host: String, port: UInt16?) {
        guard !authority.contains("@") else {
            throw Mistake(message: "the URL holds a password; use -H 'Authorization: …' instead")
        }
        var text = authority[...]
        var port: UInt16?
        if let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") {
            let digits = authority[authority.index(after: colon)...]
            guard digits.utf8.allSatisfy(\.isDigit), let number = UInt16(digits), number > 0 else {
                throw Mistake(message: "`\(digits)` is no port")
            }
            port = number
            text = authority[..<colon]
        }
        guard !text.isEmpty else { throw Mistake(message: "the URL names no host") }
        let isBracketed = text.hasPrefix("[") && text.hasSuffix("]")
        return (String(text), String(isBracketed ? text.dropFirst().dropLast() : text), port)
    }
}
