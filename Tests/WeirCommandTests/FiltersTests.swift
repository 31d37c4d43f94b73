import Foundation
import Testing

/// `weir filters` says the same as the filters themselves, so that no copy of it is kept here.
@Suite(.disabled(if: Command.isMissing, Comment(rawValue: Command.howToBuild)))
struct FiltersTests {
    private struct Listing: Decodable {
        let filters: [Filter]
    }

    private struct Filter: Decodable {
        let name: String
        let kind: String
        let summary: String
        let status: String
        let fields: [Field]
    }

    private struct Field: Decodable {
        let name: String
        let meaning: String
    }

    private static let shipped: [String] = {
        let folders = try? FileManager.default.contentsOfDirectory(
            atPath: Command.root.appending(path: "filters").path)
        return (folders ?? []).filter { !$0.hasPrefix(".") }.sorted()
    }()

    @Test func listsEveryFilter() throws {
        let json = try Command.run(["filters", "--json"])
        let listing = try JSONDecoder().decode(Listing.self, from: Data(json.output.utf8))
        #expect(listing.filters.map(\.name) == Self.shipped)
        let text = try Command.run(["filters"])
        // Lines are broken where they get long.
        let words = text.output.split { $0.isWhitespace }.joined(separator: " ")
        for filter in listing.filters {
            #expect(words.contains(filter.summary))
            #expect(text.output.contains(filter.status))
            #expect(
                text.output.split(separator: "\n").contains { line in
                    line.split(separator: " ").prefix(2) == [filter.name[...], filter.kind[...]]
                })
        }
    }

    @Test(arguments: shipped) func describesEachFilter(_ name: String) throws {
        let json = try Command.run(["filters", name, "--json"])
        let filter = try JSONDecoder().decode(Filter.self, from: Data(json.output.utf8))
        let text = try Command.run(["filters", name])
        #expect(text.status == 0 && text.errors.isEmpty)
        #expect(filter.name == name)
        // Lines are broken where they get long, so only words are looked for.
        let words = Set(text.output.split { $0.isWhitespace })
        for field in filter.fields {
            #expect(text.output.contains("  \(field.name) ("))
            #expect(words.isSuperset(of: field.meaning.split { $0.isWhitespace }))
        }
        for line in text.output.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
    }

    @Test func suggestsTheNearestName() throws {
        let outcome = try Command.run(["filters", "hedaers"])
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.contains("there is no filter `hedaers`; did you mean `headers`?"))
        for name in Self.shipped { #expect(outcome.errors.contains(name)) }
    }

    @Test(arguments: [[], ["run"], ["check"], ["explain"], ["filters"], ["version"]])
    func helps(_ command: [String]) throws {
        let help = try Command.run(command + ["--help"])
        #expect(help.status == 0)
        #expect(help.output.contains("USAGE: weir"))
        // The library would break longer lines in the middle of our own.
        for line in help.output.split(separator: "\n") where !line.hasPrefix("USAGE") {
            #expect(line.count <= 80, "\(line)")
        }
    }
}
