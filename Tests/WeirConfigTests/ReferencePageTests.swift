import Foundation
import Testing
import WeirConfig
import WeirFilter

/// The page of the configuration has every field as the code has it.
@Suite struct ReferencePageTests {
    static let page = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/config/README.md")

    /// The rows of the tables that start with a name in code, by the heading above them.
    static func rows(of text: String) -> [String: [Substring]] {
        var heading = ""
        var rows: [String: [Substring]] = [:]
        for line in text.split(separator: "\n") {
            if line.hasPrefix("#") {
                heading = String(line.drop { $0 == "#" || $0 == " " }.filter { $0 != "`" })
            } else if line.hasPrefix("| `") {
                rows[heading, default: []].append(line)
            }
        }
        return rows
    }

    /// How a field's row begins: its name, its type and its default, as code or in words.
    static func beginnings(_ field: ConfigurationField) -> [String] {
        let value = field.defaultValue.map { $0.isEmpty ? "\"\"" : $0 } ?? "–"
        return ["`\(value)`", value].map { "| `\(field.name)` | \(field.type) | \($0) |" }
    }

    @Test(arguments: ConfigurationReference.groups.map(\.path))
    func pageHasEveryField(_ path: String) throws {
        let group = try #require(ConfigurationReference.groups.first { $0.path == path })
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        let heading = path.isEmpty ? "The file" : path
        let rows = try #require(Self.rows(of: text)[heading], "no section \(heading)")
        for field in group.fields {
            let beginnings = Self.beginnings(field)
            #expect(
                rows.contains { row in beginnings.contains { row.hasPrefix($0) } },
                "\(heading) has no row that begins with \(beginnings[0])")
        }
        #expect(rows.count == group.fields.count, "\(heading) has rows that are no fields")
    }
}
