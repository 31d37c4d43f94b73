import Foundation
import Testing

/// A folder of its own for a test, removed with it.
final class Folder {
    let path: String

    init() throws {
        path = "/tmp/weir-test-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file in place.
    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
    }

    /// Renames, over what has the new name.
    func rename(_ old: String, to new: String) throws {
        try #require(unsafe Foundation.rename(path + "/" + old, path + "/" + new) == 0)
    }

    func link(_ target: String, as name: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: path + "/" + name, withDestinationPath: target)
    }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: path + "/" + name, withIntermediateDirectories: false)
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path + "/" + name)
    }
}
