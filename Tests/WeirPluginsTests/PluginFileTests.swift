import Foundation
import Testing
import WeirFilter
import WeirPlugins

/// What speaks against a file is known before its code runs.
@Suite struct PluginFileTests {
    private static let roots = ["$s10WeirFilter7FactoryMp", "$s8WeirBase10ByteStringVMn"]
    private static let stamp = PluginStamp(
        weir: "1.0.0", contract: "00ff", swift: "6.3.1", platform: "x86_64-unknown-linux-gnu")
    private static let manifest = PluginManifest(
        stamp: stamp, module: "Hello_00", filters: [.init(type: "Hello", name: "hello")])
    private static let good = LibraryBytes(
        defined: ["weir_plugin_filters"], undefined: roots + ["puts"], stamp: manifest.json)

    /// Why the library would be refused; nil when it would not.
    private func problem(
        _ library: LibraryBytes, own: PluginStamp = stamp,
        has: (String) -> Bool = { roots.contains($0) }
    ) throws -> String? {
        let path = FileManager.default.temporaryDirectory.path + "/weir-\(UUID().uuidString).so"
        try Data(library.bytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            return try PluginFile(path: path).problem(own, has: has)
        } catch {
            #expect(error.message.hasPrefix("\(path): "))
            return String(error.message.dropFirst(path.count + 2))
        }
    }

    @Test func aGoodOneFits() throws {
        #expect(try problem(Self.good) == nil)
    }

    @Test func everyPartOfTheStampCounts() throws {
        for (path, name) in [
            (\PluginStamp.weir, "Weir"), (\.contract, "contract"), (\.swift, "Swift"),
            (\.platform, "platform"),
        ] {
            var own = Self.stamp
            own[keyPath: path] = "other"
            #expect(
                try problem(Self.good, own: own)
                    == "built for \(name) \(Self.stamp[keyPath: path]); this gateway has "
                    + "\(name) other: build it again with this gateway's `weir plugin build`")
        }
    }

    @Test func aMissingSymbolIsNamed() throws {
        var library = Self.good
        library.undefined.append("$s10WeirFilter12FilterStreamC4goneyyF")
        #expect(
            try problem(library)
                == "it needs `WeirFilter.FilterStream.gone() -> ()`, which this gateway does not "
                + "have: build it again with this gateway's `weir plugin build`")
        #expect(try problem(library, has: { $0 != "puts" }) == nil, "the system's loader knows it")
    }

    @Test func aGatewayWithoutSymbolsSaysSo() throws {
        let found = try #require(try problem(Self.good, has: { _ in false }))
        #expect(found.contains("this gateway offers no symbols") && found.contains("-Xlinker"))
    }

    @Test(arguments: roots) func aCopyOfTheContractIsRefused(_ root: String) throws {
        var library = Self.good
        library.defined.append(root)
        #expect(try problem(library)?.contains("a copy of the filter contract") == true)
        library.stamp = nil
        #expect(try problem(library)?.contains("a copy of the filter contract") == true)
    }

    @Test func aHiddenCopyIsRefused() throws {
        var library = Self.good
        library.undefined = ["puts"]
        #expect(try problem(library)?.contains("a copy of the filter contract") == true)
    }

    @Test(arguments: [
        (nil, "a shared library, but no plug-in of Weir"), ("", "its stamp cannot be read"),
        ("{}", "its stamp cannot be read"), ("\u{0}", "its stamp cannot be read"),
        (String(manifest.json.dropLast()), "its stamp cannot be read"),
    ])
    func theStampHasToBeThere(_ stamp: String?, _ message: String) throws {
        var library = Self.good
        library.stamp = stamp
        #expect(try problem(library)?.hasPrefix(message) == true)
    }

    @Test func whatIsWrittenIsRead() {
        let manifest = PluginManifest(
            stamp: Self.stamp, module: "A_1",
            filters: [.init(type: "A", name: "a"), .init(type: "B.C", name: nil)])
        #expect(PluginManifest(Array(manifest.json.utf8)) == manifest)
        #expect(PluginManifest(Array(manifest.json.utf8) + [0, 0]) == manifest)
        let odd = PluginManifest(
            stamp: Self.stamp, module: "A", filters: [.init(type: "A", name: "a\"b")])
        #expect(PluginManifest(Array(odd.json.utf8))?.filters == [.init(type: "A", name: nil)])
    }

    @Test func theEntryNamesEveryFilterAndTheContract() {
        let source = PluginEntry(Self.manifest).source
        #expect(source.contains("FilterType(Hello.self)"))
        #expect(source.contains("ContractStamp.isContract_00ff"))
        #expect(source.contains(Self.manifest.json.utf8.map { "\($0)" }.joined(separator: ",")))
    }

    @Test func thisBuildHasAStamp() {
        let own = PluginStamp.own
        #expect(own.contract.count == 16 && own.contract.allSatisfy(\.isHexDigit))
        #expect(own.weir.split(separator: ".").count == 3)
        #expect(own.swift.first?.isNumber == true)
        #expect(own.platform.contains("linux"))
        #expect(own.differences(from: own) == nil)
    }
}

/// The digest is the published one.
@Suite struct ContentDigestTests {
    @Test(arguments: [
        ("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8"),
    ])
    func knownValues(_ text: String, _ digits: String) {
        var digest = ContentDigest()
        digest.add(text.utf8)
        #expect(digest.text == digits)
    }
}
