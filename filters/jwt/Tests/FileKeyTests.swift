import Foundation
import JwtFilter
import Testing
import WeirTesting

/// Keys from a file that changes.
@Suite struct FileKeyTests {
    private final class KeyFile {
        let path = NSTemporaryDirectory() + "weir-jwt-" + UUID().uuidString + ".json"
        private let services: TestServices

        init(_ text: String, _ services: TestServices) throws {
            self.services = services
            try write(text)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ text: String) throws {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            services.change(path)
        }
    }

    @Test func aChangedFileIsUsedAtOnce() throws {
        let services = TestServices()
        let (old, new) = (TestKey(.p256, id: "old"), TestKey(.ed25519, id: "new"))
        let file = try KeyFile(TestKey.set(old), services)
        let test = try FilterTest(
            Jwt.self, ["issuer": .text(issuer), "jwks": ["file": .text(file.path)]],
            services: services)
        let (first, second) = (old.token(claims()), new.token(claims()))
        #expect(try test.outcome(first) == "200")
        #expect(try test.outcome(second) == "401 jwt_invalid")
        try file.write(TestKey.set(old, new))
        #expect(try test.outcome(second) == "200")
        try file.write(TestKey.set(new))
        #expect(try test.outcome(first) == "401 jwt_invalid")
        #expect(try test.outcome(second) == "200")
        #expect(test.count("valid") == 3, "a key that goes lets all be verified again")
    }

    @Test(arguments: ["", "{", "{\"keys\":[]}", #"{"keys":[{"kty":"oct","k":"AAAA"}]}"#])
    func aBadFileChangesNothing(_ text: String) throws {
        let services = TestServices()
        let key = TestKey.fit("ES256")
        let file = try KeyFile(TestKey.set(key), services)
        let test = try FilterTest(
            Jwt.self, ["issuer": .text(issuer), "jwks": ["file": .text(file.path)]],
            services: services)
        let token = key.token(claims())
        #expect(try test.outcome(token) == "200")
        try file.write(text)
        #expect(try test.outcome(token) == "200")
        #expect(try test.outcome(key.token(claims())) == "200")
        #expect(test.count("cached") == 1)
        #expect(services.lines.count == 1)
        #expect(services.lines[0].hasPrefix("error: \(file.path) has changed, but"))
    }
}
