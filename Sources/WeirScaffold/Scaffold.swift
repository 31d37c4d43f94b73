internal import Foundation

/// Files that are to be made, and ones that are to be changed.
public struct Scaffold: Sendable {
    /// A file's path, relative to the folder of the whole, and all of its text.
    public struct File: Hashable, Sendable {
        /// The path, with slashes.
        public let path: String
        /// The text, with a newline at its end.
        public let text: String

        /// Describes a file.
        public init(_ path: String, _ text: String) {
            self.path = path
            self.text = text
        }
    }

    /// Files that must not be there yet.
    public var created: [File]
    /// Files that are there already, with their new text.
    public var changed: [File]

    /// Describes what is to be made.
    public init(created: [File], changed: [File] = []) {
        self.created = created
        self.changed = changed
    }

    /// Writes everything below `folder`, which is made when it is missing, or nothing: what was
    /// written before something failed is taken back. Nothing that exists is overwritten.
    public func write(into folder: String) throws(ScaffoldError) {
        var journal = WriteJournal(folder: folder)
        do {
            for file in created { try journal.create(file) }
            for file in changed { try journal.change(file) }
        } catch {
            journal.undo()
            throw error
        }
    }
}

/// Writes files and remembers how to take that back.
private struct WriteJournal {
    let folder: String
    private var made: [String] = []
    private var former: [(path: String, bytes: Data)] = []

    init(folder: String) { self.folder = folder }

    mutating func create(_ file: Scaffold.File) throws(ScaffoldError) {
        let path = folder + "/" + file.path
        try makeFolder(Self.parent(of: path))
        do {
            try Data(file.text.utf8).write(
                to: URL(fileURLWithPath: path), options: .withoutOverwriting)
        } catch let error as CocoaError where error.code == .fileWriteFileExists {
            throw .file(path: path, "is there already; nothing was written")
        } catch {
            throw .file(path: path, "cannot be written (\(Self.reason(error)))")
        }
        made.append(path)
    }

    mutating func change(_ file: Scaffold.File) throws(ScaffoldError) {
        let path = folder + "/" + file.path
        let url = URL(fileURLWithPath: path)
        do {
            let bytes = try Data(contentsOf: url)
            try Data(file.text.utf8).write(to: url, options: .atomic)
            former.append((path, bytes))
        } catch {
            throw .file(path: path, "cannot be changed (\(Self.reason(error)))")
        }
    }

    private mutating func makeFolder(_ path: String) throws(ScaffoldError) {
        if FileManager.default.fileExists(atPath: path) {
            guard FileManager.default.fileExists(atPath: path + "/") else {
                throw .file(path: path, "is a file, not a folder")
            }
            return
        }
        let parent = Self.parent(of: path)
        if !parent.isEmpty && parent != path { try makeFolder(parent) }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: false)
        } catch {
            throw .file(path: path, "cannot be made (\(Self.reason(error)))")
        }
        made.append(path)
    }

    /// The folder that a path lies in; empty for a single name.
    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// As far as that is possible; the first error is the one to report.
    func undo() {
        for path in made.reversed() { try? FileManager.default.removeItem(atPath: path) }
        for file in former {
            try? file.bytes.write(to: URL(fileURLWithPath: file.path), options: .atomic)
        }
    }

    private static func reason(_ error: any Error) -> String {
        let error = error as NSError
        let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError
        return (underlying ?? error).localizedDescription
    }
}
