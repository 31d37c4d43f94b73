import Testing
import WeirBase

/// Edits keep order and spelling, whether a field was received or added.
@Suite struct HeaderMapEditingTests {
    /// A map with these fields, the first two as if received, with white space that was not ours.
    private func map() -> HeaderMap {
        let head: ByteString = "One:  1 \r\nTwo: 2\r\nHost: a\r\n\r\n"
        var headers = HeaderMap()
        headers.adopt(head.span)
        headers.appendParsed(known: .other, name: 0..<3, value: 6..<7)
        headers.appendParsed(known: .other, name: 10..<13, value: 15..<16)
        headers.appendParsed(known: .host, name: 18..<22, value: 24..<25)
        headers.append("three", "3")
        headers.append("two", "4")
        return headers
    }

    private func written(_ headers: HeaderMap, except skipped: KnownHeaders = []) -> String {
        let out = ByteBuffer(capacity: 4)
        headers.write(to: out, except: skipped)
        return out.bytes.string
    }

    @Test func isWrittenInOrder() {
        #expect(
            written(map()) == "One: 1\r\nTwo: 2\r\nHost: a\r\nthree: 3\r\ntwo: 4\r\n")
        #expect(written(map(), except: [.host]) == "One: 1\r\nTwo: 2\r\nthree: 3\r\ntwo: 4\r\n")
        #expect(written(map(), except: [.other]) == "Host: a\r\n")
        #expect(written(HeaderMap()).isEmpty)
    }

    @Test func setReplacesTheFirstAndDropsTheRest() {
        var headers = map()
        headers.set("two", "22")
        #expect(headers.lines == ["One: 1", "Two: 22", "Host: a", "three: 3"])
        headers.set("four", "4")
        headers.set(.host, ByteString("b").span)
        headers.set(.via, ByteString("c").span)
        #expect(
            headers.lines == ["One: 1", "Two: 22", "Host: b", "three: 3", "four: 4", "via: c"])
        #expect(
            written(headers)
                == "One: 1\r\nTwo: 22\r\nHost: b\r\nthree: 3\r\nfour: 4\r\nvia: c\r\n")
    }

    @Test func extendAddsAfterAComma() {
        var headers = map()
        headers.extendValue(at: 0, with: ByteString("x").span)
        headers.replaceValue(at: 1, with: Span())
        headers.extendValue(at: 1, with: ByteString("y").span)
        headers.extendValue(at: 4, with: ByteString("z").span)
        #expect(headers.lines == ["One: 1, x", "Two: y", "Host: a", "three: 3", "two: 4, z"])
    }

    @Test func removal() {
        var headers = map()
        let first = headers.remove("two")
        let second = headers.remove("two")
        #expect(first && !second)
        headers.remove(.host)
        #expect(headers.lines == ["One: 1", "three: 3"])
        #expect(!headers.contains(.host) && headers.index(of: .host) == nil)
        headers.append(.host, ByteString("b").span)
        headers.append(.via, ByteString("c").span)
        headers.remove([.host, .via, .date])
        #expect(headers.lines == ["One: 1", "three: 3"])
        headers.removeAll { $0.name(at: $1).equals("One") }
        #expect(headers.lines == ["three: 3"])
        headers.clear()
        #expect(headers.isEmpty && !headers.contains("three"))
    }

    @Test func copiesAreIndependent() {
        let original = map()
        var copy = original
        copy.set("one", "changed")
        copy.remove(.host)
        #expect(original.lines == ["One: 1", "Two: 2", "Host: a", "three: 3", "two: 4"])
    }
}
