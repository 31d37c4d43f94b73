internal import Foundation
internal import WeirScaffold

// Usage: NewFilterTool CHECKOUT NAME [--async]
let usage = "swift package --allow-writing-to-package-directory new-filter NAME [--async]"
let words = CommandLine.arguments.dropFirst(2).filter { $0 != "--async" }
guard CommandLine.arguments.count > 2, words.count == 1, let word = words.first,
    !word.hasPrefix("-")
else {
    complain("usage: \(usage)", status: 2)
}
let root = CommandLine.arguments[1]
let shipped = (try? FileManager.default.contentsOfDirectory(atPath: root + "/filters")) ?? []

do {
    let name = try FilterName(word, besides: shipped)
    let scaffold = try Scaffold.repositoryFilter(
        name, isAsync: CommandLine.arguments.contains("--async"), reading: read)
    try scaffold.write(into: root)
    for file in scaffold.created { print("made    \(file.path)") }
    for file in scaffold.changed { print("changed \(file.path)") }
    print("\nNext: swift test --filter \(name.module)Tests")
} catch {
    complain("\(error)", status: 1)
}

func read(_ path: String) throws(ScaffoldError) -> String {
    do {
        return try String(contentsOf: URL(fileURLWithPath: "\(root)/\(path)"), encoding: .utf8)
    } catch {
        throw .file(path: path, "cannot be read")
    }
}

func complain(_ message: String, status: Int32) -> Never {
    FileHandle.standardError.write(Data("new-filter: \(message)\n".utf8))
    exit(status)
}
