internal import Foundation

/// What the command writes. Everything goes out at once, also into a pipe.
enum Terminal {
    /// Writes text and a line's end to standard output.
    static func say(_ text: String) { write(text + "\n", to: .standardOutput) }

    /// Writes text and a line's end to standard error.
    static func complain(_ text: String) { write(text + "\n", to: .standardError) }

    /// Writes text of another program to standard error, as it is.
    static func write(_ text: String) { write(text, to: .standardError) }

    /// Writes as it is. A reader who has left early, such as `head`, is no error.
    private static func write(_ text: String, to file: FileHandle) {
        try? file.write(contentsOf: Data(text.utf8))
    }
}

/// Text in columns and paragraphs.
enum Layout {
    /// The longest line that is written where lines can be broken.
    static let width = 100

    /// Rows with their columns below each other; the last column is broken to fit.
    static func columns(_ rows: [[String]], indent: Int = 0, width: Int = width) -> String {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<max(0, count - 1)).map { column in
            rows.map { column < $0.count - 1 ? $0[column].count : 0 }.max() ?? 0
        }
        return rows.map { row in
            var line = String(repeating: " ", count: indent)
            for (column, cell) in row.dropLast().enumerated() {
                line += cell + String(repeating: " ", count: widths[column] - cell.count + 2)
            }
            let hanging = line.count
            return trimmed(line + wrap(row.last ?? "", hanging: hanging, width: width))
        }.joined(separator: "\n")
    }

    /// Text broken into lines, all but the first of which begin with `hanging` spaces.
    static func wrap(_ text: String, hanging: Int, width: Int = width) -> String {
        let room = max(30, width - hanging)
        var lines: [String] = []
        for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var line = ""
            for word in paragraph.split(separator: " ", omittingEmptySubsequences: false) {
                if line.isEmpty {
                    line = String(word)
                } else if line.count + 1 + word.count <= room {
                    line += " " + word
                } else {
                    lines.append(line)
                    line = String(word)
                }
            }
            lines.append(line)
        }
        return lines.joined(separator: "\n" + String(repeating: " ", count: hanging))
    }

    /// Text in which every line begins with `count` spaces.
    static func indented(_ text: String, by count: Int) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { $0.isEmpty ? "" : String(repeating: " ", count: count) + $0 }
            .joined(separator: "\n")
    }

    /// `1 route`, `2 routes`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private static func trimmed(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }
}
