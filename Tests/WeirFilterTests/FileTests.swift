import Foundation
import Synchronization
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct FileTests {
    /// A file of its own for each test.
    private let path = FileManager.default.temporaryDirectory
        .appendingPathComponent("weir-\(UUID().uuidString)").path

    private func write(_ text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    }

    @Test func readsAFileWhole() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let long = String(repeating: "weir ", count: 30_000)
        try write(long)
        #expect(try ConfigFile(path).read(at: ["file"]) == ByteString(long))
        try write("")
        #expect(try ConfigFile(path).read(at: ["file"]) == "")
    }

    @Test func saysWhatIsWrongWithAFile() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        func problem(_ path: String) -> ConfigurationError? {
            #expect(throws: ConfigurationError.self) {
                try ConfigFile(path).read(at: ["a", "file"], limit: 4096)
            }
        }
        #expect(problem(path)?.description == "a.file: \(path): no such file")
        #expect(problem("/")?.message == "/: it is a folder")
        try write(String(repeating: "a", count: 4097))
        #expect(problem(path)?.message == "\(path): the file is larger than 4KiB")
    }

    @Test func followsAFile() throws {
        defer { try? FileManager.default.removeItem(atPath: path) }
        let services = TestServices()
        let used = Seen()
        let file = ConfigFile(path)
        func follow() throws {
            try file.follow(services, at: ["file"]) { (bytes) throws(ConfigurationError) in
                guard bytes != "bad" else { throw ConfigurationError("it is bad") }
                used.add(bytes.description)
            }
        }
        #expect(throws: ConfigurationError.self) { try follow() }
        try write("one")
        try follow()
        #expect(used.texts == ["one"])
        #expect(services.watchedFiles.last == path)
        try write("bad")
        let before = services.lines.count
        services.change(path)
        #expect(used.texts == ["one"])
        #expect(
            services.lines[before]
                == "error: \(path) has changed, but what was loaded before stays in use: it is bad")
        try write("two")
        services.change(path)
        #expect(used.texts.last == "two")
        #expect(services.lines.last == "notice: \(path) has changed and is in use")
    }

    private final class Seen: Sendable {
        private let held = Mutex<[String]>([])
        func add(_ text: String) { held.withLock { $0.append(text) } }
        var texts: [String] { held.withLock { $0 } }
    }
}

@Suite struct PublishedTests {
    /// A filter that shows the value of the moment.
    @Test func streamsSeeTheNewestValue() throws {
        let services = TestServices()
        let value = Published(services, 1)
        let seen = Mutex(0)
        let test = try FilterTest(
            [
                TestFilter("reader", [.requestHeaders]) {
                    Reader { stream in
                        let now = value.with(stream) { $0 }
                        seen.withLock { $0 = now }
                    }
                }
            ], services: services)
        _ = try test.exchange()
        #expect(seen.withLock { $0 } == 1)
        value.replace(with: 2)
        value.replace(with: 3)
        _ = try test.exchange()
        #expect(seen.withLock { $0 } == 3)
        _ = try test.exchange()
        #expect(seen.withLock { $0 } == 3)
    }

    private final class Reader: HTTPFilter {
        let body: (FilterStream) -> Void
        init(_ body: @escaping (FilterStream) -> Void) { self.body = body }
        func requestHeaders(_ request: RequestHead, _ stream: FilterStream) -> Verdict {
            body(stream)
            return .continue
        }
    }
}
