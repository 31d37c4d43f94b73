import Foundation
import Testing
import WeirScaffold

@Suite struct CheckoutTests {
    private let manifest = """
        let package = Package(
            name: "weir",
            products: [.library(name: "WeirFilter", targets: [])])

        """

    @Test func itIsFoundAboveTheExecutable() throws {
        let place = try TemporaryFolder()
        try place.write(manifest, to: "code/Package.swift")
        try place.write("", to: "code/.build/release/weir")
        let executable = "\(place.path)/code/.build/release/weir"
        let found = try WeirCheckout.find(from: executable, environment: ["WEIR_SOURCE": "/"])
        #expect(found.path == "\(place.path)/code")
        #expect(found.folderName == "code")
        // Through a link, as in /usr/local/bin.
        try FileManager.default.createSymbolicLink(
            atPath: place.path + "/weir", withDestinationPath: executable)
        #expect(try WeirCheckout.find(from: place.path + "/weir", environment: [:]) == found)
    }

    @Test func theEnvironmentSaysWhereElse() throws {
        let place = try TemporaryFolder()
        try place.write(manifest, to: "Package.swift")
        let environment = ["WEIR_SOURCE": place.path]
        #expect(
            try WeirCheckout.find(from: "/usr/bin/weir", environment: environment).path
                == place.path)
    }

    @Test func withoutOneTheErrorSaysWhatToDo() throws {
        let place = try TemporaryFolder()
        try place.write("let package = Package(name: \"other\")\n", to: "Package.swift")
        let lost = #expect(throws: ScaffoldError.self) {
            try WeirCheckout.find(from: place.path + "/weir", environment: [:])
        }
        #expect(lost?.description.contains("--weir PATH or in WEIR_SOURCE") == true)
        let wrong = #expect(throws: ScaffoldError.self) { try WeirCheckout(place.path) }
        #expect(wrong?.description.hasPrefix("\(place.path): is no checkout of Weir") == true)
    }

    @Test(arguments: [
        ("hello", "../weir"), ("weir/examples/custom-gateway", "../.."), ("a/hello", "../../weir"),
    ])
    func pathsAreRelativeWhenNear(folder: String, path: String) throws {
        let place = try TemporaryFolder()
        try place.write(manifest, to: "weir/Package.swift")
        let checkout = try WeirCheckout(place.path + "/weir")
        #expect(checkout.path(from: "\(place.path)/\(folder)") == path)
        #expect(checkout.path(from: "\(place.path)/a/b/hello") == checkout.path)
        #expect(checkout.path(from: "/hello") == checkout.path)
    }
}
