import Foundation
import WeirLiveTesting

/// What curl got for a request over a connection of its own.
struct Curl {
    let status: Int
    let body: String
    private let lines: [Substring]

    /// Asks the gateway for a path; `words` are curl's own.
    init(_ gateway: Gateway, _ path: String, _ words: String...) throws {
        let result = try CommandResult.of(
            ["curl", "-sS", "-i", "--http1.1", "http://\(gateway.address())\(path)"] + words)
        guard result.status == 0 else { throw HarnessError("curl: \(result.errors)") }
        let parts = result.output.components(separatedBy: "\r\n\r\n")
        lines = (parts.first ?? "").split(separator: "\r\n")
        status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
        body = parts.dropFirst().joined(separator: "\r\n\r\n")
    }

    /// The values of a field, joined as a recipient may; nil when there is none.
    subscript(name: String) -> String? {
        let values = lines.dropFirst().compactMap { line -> String? in
            guard let colon = line.firstIndex(of: ":"), line[..<colon].lowercased() == name else {
                return nil
            }
            return line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
        }
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    /// Why the gateway answered by itself.
    var cause: String? { self["x-weir-cause"] }
}
