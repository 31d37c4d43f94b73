import WeirLiveTesting

/// Answers that tests share.
enum Answer {
    static func ok(_ body: String = "ok", _ fields: String...) -> String {
        let lines = fields.map { $0 + "\r\n" }.joined()
        return "HTTP/1.1 200 OK\r\ncontent-length: \(body.utf8.count)\r\n\(lines)\r\n\(body)"
    }

    /// What an origin got, as a body.
    static func echo(_ request: Message) -> String { ok("\(request.start)\n\(request.body.text)") }
}
