import Foundation
import Testing

/// `weir plugin build` says what stands in its way.
@Suite struct PluginBuildTests {
    private static func build(_ words: [String], path: String? = nil) throws -> CommandResult {
        let environment = path.map { ["env", "PATH=\($0)"] } ?? []
        return try CommandResult.of(
            environment + [Repository.binary(), "plugin", "build"] + words, within: .seconds(120))
    }

    @Test func makesAFileOfAPackage() throws {
        let folder = try TemporaryFolder()
        let sources = "\(folder.path)/hello/Sources/HelloFilter/Parts"
        try FileManager.default.createDirectory(
            atPath: sources, withIntermediateDirectories: true)
        try folder.write("import PackageDescription\n", to: "hello/Package.swift")
        let marker = PluginFolder.marker("one", name: "hello")
        try folder.write(marker, to: "hello/Sources/HelloFilter/Marker.swift")
        try folder.write(
            "extension Marker { static let other = 1 }",
            to: "hello/Sources/HelloFilter/Parts/A.swift")
        let result = try Self.build(["\(folder.path)/hello"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("hello/hello.so: `hello`"))
        let file = "\(folder.path)/hello/hello.so"
        let inspected = try PluginFolder.inspect(file)
        #expect(inspected.status == 0)
        for part in ["hello (type Marker)", "HelloFilter_", "libswiftCore.so", "Fits"] {
            #expect(inspected.output.contains(part), "\(inspected.output)")
        }
        #expect(try Self.build(["\(folder.path)/hello"]).status == 0, "over the old one")
    }

    @Test func sourcesHaveToBeThere() throws {
        let folder = try TemporaryFolder()
        #expect(try Self.build(["\(folder.path)/none"]).errors.contains("there is no folder"))
        try folder.write("import PackageDescription\n", to: "Package.swift")
        let result = try Self.build([folder.path])
        #expect(result.status == 1 && result.errors.contains("no Swift files in \(folder.path)"))
    }

    @Test func aFilterHasToBeThere() throws {
        let plugin = try PluginFolder("import WeirFilter\nprivate struct A: FilterFactory {}\n")
        let result = try plugin.run()
        #expect(result.status == 1 && result.errors.contains("no filter found in 1 file"))
        #expect(result.errors.contains("--filter NAME"))
    }

    @Test func aFilterCanBeNamed() throws {
        let plugin = try PluginFolder(
            PluginFolder.marker("one").replacingOccurrences(
                of: "Marker: FilterFactory", with: "Marker: Known")
                + "\npublic typealias Known = FilterFactory\n")
        #expect(try plugin.run().status == 1)
        let result = try plugin.run("--filter", "Marker")
        #expect(result.status == 0 && result.output.contains("`marker`"), "\(result.errors)")
    }

    @Test func errorsOfTheCompilerAreShown() throws {
        let plugin = try PluginFolder(PluginFolder.marker("one") + "\nlet x: Int = \"text\"\n")
        let result = try plugin.run()
        #expect(result.status == 1 && result.errors.contains("does not compile"))
        #expect(result.errors.contains("Filter.swift:") && result.errors.contains("'String'"))
        #expect(!FileManager.default.fileExists(atPath: plugin.file))
    }

    @Test(arguments: ["NoSuchModule", "WeirServer", "Logging"])
    func onlyTheContractCanBeImported(_ module: String) throws {
        let plugin = try PluginFolder("import \(module)\n" + PluginFolder.marker("one"))
        let result = try plugin.run()
        #expect(result.status == 1)
        #expect(result.errors.contains("there is no module \(module) here"), "\(result.errors)")
        #expect(result.errors.contains("weir new gateway"))
    }

    @Test func optionsGoToTheCompiler() throws {
        let plugin = try PluginFolder(
            PluginFolder.marker("one") + "\n#if !GIVEN\n#error(\"not given\")\n#endif\n")
        #expect(try plugin.run().errors.contains("not given"))
        #expect(try plugin.run("--", "-D", "GIVEN").status == 0)
    }

    @Test func aTakenNameIsRefused() throws {
        let plugin = try PluginFolder(PluginFolder.marker("one", name: "fault"))
        let result = try plugin.run()
        #expect(result.status == 1 && result.errors.contains("the name `fault` is taken"))
        #expect(!FileManager.default.fileExists(atPath: plugin.file))
    }

    @Test func theCompilerHasToBeThere() throws {
        let plugin = try PluginFolder(PluginFolder.marker("one"))
        let result = try Self.build([plugin.folder.path], path: "/nowhere")
        #expect(result.status == 1 && result.errors.contains("no swiftc on the PATH"))
    }

    @Test func theCompilerHasToBeTheGateways() throws {
        let plugin = try PluginFolder(PluginFolder.marker("one"))
        let fake = "\(plugin.folder.path)/swiftc"
        try plugin.folder.write(
            "#!/bin/sh\necho '{\"compilerVersion\": \"Swift version 5.9 (swift-5.9-RELEASE)\"}'\n",
            to: "swiftc")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: fake)
        let result = try Self.build(
            [plugin.folder.path], path: "\(plugin.folder.path):/usr/bin:/bin")
        #expect(result.status == 1 && result.errors.contains("\(fake) is Swift 5.9"))
    }

    @Test func theModulesHaveToBeTheGateways() throws {
        let plugin = try PluginFolder(PluginFolder.marker("one"))
        let result = try plugin.run("--modules", plugin.folder.path)
        #expect(result.status == 1)
        #expect(result.errors.contains("no WeirFilter.swiftmodule in \(plugin.folder.path)"))
    }
}
