import Testing
import WeirBase

@Test func spanOfClassProperty() {
    let r = RequestHead()
    r.headers.append("host", "a")
    #expect(r.headers["host"] == "a")
    #expect(r.headers.withFirst("host") { $0.count } == 1)
}
