import Foundation
import Testing
import WeirConfig

/// Whatever stands in a file, a load says something about it and never traps.
@Suite struct MutationTests {
    @Test(arguments: GoldenTests.files("good") + GoldenTests.files("bad"))
    func neverTraps(_ name: String) throws {
        let kind = GoldenTests.files("good").contains(name) ? "good" : "bad"
        let file = GoldenTests.folder.appending(path: kind).appending(path: name)
        let bytes = Array(try Data(contentsOf: file))
        // A fixed sequence, so that a failure can be repeated.
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        let spice = Array("{}[]:,-&*!|>'\"%@`$~#\n \t0\u{7F}".utf8)
        for _ in 0..<25 {
            var mutated = bytes
            for _ in 0...next(4) where !mutated.isEmpty {
                let index = next(mutated.count)
                switch next(4) {
                case 0: mutated.remove(at: index)
                case 1: mutated.insert(spice[next(spice.count)], at: index)
                case 2: mutated[index] = spice[next(spice.count)]
                default: mutated.removeSubrange(index..<min(mutated.count, index + next(12)))
                }
            }
            let text = String(decoding: mutated, as: UTF8.self)
            let loaded = GatewayConfiguration.load(
                ConfigSource(file: name, text: text), registry: TestFilters.registry,
                environment: GoldenTests.environment)
            #expect((loaded.configuration == nil) == loaded.diagnostics.hasErrors)
            _ = loaded.diagnostics.rendered() + loaded.diagnostics.json()
            _ = loaded.configuration?.redactedDescription
        }
    }
}
