import Testing
import WeirBase
import WeirHTTP

/// Every request of the corpus is refused with the same answer, however it arrives.
@Suite struct RequestCorpusTests {
    @Test(arguments: RequestCorpus.all)
    func isRefused(_ sample: Sample) {
        expectRequest(sample.bytes, .failed(sample.status, sample.cause))
    }
}
