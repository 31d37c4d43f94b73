import CsrfFilter
import Testing
import WeirBase
import WeirFilter
import WeirTesting

@Suite struct CsrfTests {
    private func admits(
        _ headers: TestFields, _ configuration: TestConfiguration = nil, method: String = "POST",
        scheme: Scheme = .https
    ) throws -> Bool {
        var request = TestRequest(method, headers: headers)
        request.scheme = scheme
        request.authority = "shop.example"
        let result = try FilterTest(Csrf.self, configuration).exchange(request)
        if result.response?.status == 200 { return true }
        #expect(result.response?.status == 403 && result.cause == "csrf_denied")
        #expect(result.upstreamRequest == nil)
        return false
    }

    @Test func methodsThatChangeNothingGoOn() throws {
        for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
            #expect(try admits(["origin": "https://evil.example"], method: method))
        }
        for method in ["POST", "PUT", "DELETE", "PATCH", "PROPFIND", "get"] {
            #expect(try !admits(["origin": "https://evil.example"], method: method))
            #expect(try admits(["origin": "https://shop.example"], method: method))
        }
    }

    @Test func theOriginHasToBeTheRequestsOwn() throws {
        #expect(try admits(["Origin": "https://shop.example"]))
        #expect(try admits(["Origin": "https://SHOP.example:443"]))
        #expect(try admits(["Origin": "http://shop.example"], scheme: .http))
        for origin in [
            "http://shop.example", "https://shop.example:8443", "https://a.shop.example", "null",
            "", "https://shop.example.evil.example", "shop.example", "https://shop.example/",
        ] {
            #expect(try !admits(["origin": origin]), "\(origin)")
            // What the page's address says does not help.
            #expect(try !admits(["origin": origin, "referer": "https://shop.example/"]))
        }
        #expect(
            try !admits(["origin": "https://shop.example", "Origin": "https://shop.example"]))
    }

    @Test func thePagesAddressCountsWithoutAnOrigin() throws {
        for page in [
            "https://shop.example/cart?x=1", "https://shop.example", "https://shop.example?a",
            "https://shop.example:443/", "https://shop.example#a",
        ] {
            #expect(try admits(["Referer": page]), "\(page)")
        }
        for page in [
            "https://evil.example/https://shop.example", "https://shop.example@evil.example/",
            "http://shop.example/", "", "/cart", "https://evil.example?https://shop.example/",
            "https:/shop.example/", "https://evil.example\\@shop.example/",
        ] {
            #expect(try !admits(["Referer": page]), "\(page)")
        }
        #expect(
            try !admits(["referer": "https://shop.example/", "Referer": "https://shop.example/"]))
    }

    @Test func whoSaysNothingIsRefusedUnlessAllowed() throws {
        #expect(try !admits([:]))
        #expect(try admits([:], ["allow-missing": true]))
        #expect(try !admits(["origin": "null"], ["allow-missing": true]))
        #expect(try !admits(["referer": "about:blank"], ["allow-missing": true]))
        #expect(try !admits(["sec-fetch-site": "cross-site"], ["allow-missing": true]))
    }

    @Test func browsersThatCompareThemselvesAreBelieved() throws {
        for site in ["same-origin", "none"] {
            #expect(try admits(["Sec-Fetch-Site": site]))
            // As behind a proxy that has taken TLS off.
            #expect(
                try admits(
                    ["sec-fetch-site": site, "origin": "https://shop.example"],
                    scheme: .http))
        }
        for site in ["same-site", "cross-site", "Same-Origin", "", "same-origin, none"] {
            #expect(try !admits(["sec-fetch-site": site]))
            #expect(
                try !admits(["sec-fetch-site": site, "origin": "https://evil.example"]))
            #expect(
                try admits(
                    ["sec-fetch-site": site, "origin": "https://app.example"],
                    ["additional-origins": ["https://app.example"]]))
        }
        #expect(try !admits(["sec-fetch-site": "none", "Sec-Fetch-Site": "none"]))
    }

    @Test func otherOriginsMayBeNamed() throws {
        let configuration: TestConfiguration = [
            "additional-origins": ["https://app.example", "http://*.lab.example:8080"]
        ]
        #expect(try admits(["origin": "https://app.example"], configuration))
        #expect(try admits(["origin": "http://a.lab.example:8080"], configuration))
        #expect(try admits(["referer": "http://a.lab.example:8080/x"], configuration))
        #expect(try admits(["origin": "https://shop.example"], configuration))
        #expect(try !admits(["origin": "http://lab.example:8080"], configuration))
        #expect(try !admits(["origin": "http://app.example"], configuration))
    }

    @Test func shadowAndShareOnlyCount() throws {
        let bad = TestRequest("POST", headers: ["origin": "https://evil.example"])
        func count(_ outcome: String, _ test: FilterTest) -> Int {
            test.services.count("weir_csrf_requests_total{outcome=\"\(outcome)\"}")
        }
        let shadow = try FilterTest(Csrf.self, ["shadow": true])
        #expect(try shadow.exchange(bad).response?.status == 200)
        #expect(try shadow.exchange(TestRequest()).response?.status == 200)
        let good = TestRequest("POST", headers: ["origin": "http://test.example"])
        #expect(try shadow.exchange(good).response?.status == 200)
        #expect(count("spared", shadow) == 1 && count("accepted", shadow) == 1)

        let part = try FilterTest(Csrf.self, ["enforce": "25%"])
        for _ in 0..<1000 { _ = try part.exchange(bad) }
        #expect((200...300).contains(count("refused", part)))
        #expect(count("refused", part) + count("spared", part) == 1000)
        #expect(try part.exchange(good).response?.status == 200)
    }

    @Test func everyDeliveryComesToTheSame() throws {
        let test = try FilterTest(Csrf.self, nil)
        let bad = TestRequest("POST", headers: ["origin": "https://evil.example"], body: "abc")
        #expect(try test.everySplit(bad).response?.status == 403)
        let good = TestRequest("POST", headers: ["origin": "http://test.example"], body: "abc")
        #expect(try test.everySplit(good).upstreamRequest?.body == "abc")
    }

    @Test func explainsWhereItComesFrom() throws {
        let test = try FilterTest(Csrf.self, ["enforce": "50%"])
        let bad = TestRequest("POST", headers: ["origin": "https://evil.example"])
        #expect(test.explain(bad) == ["comes from another site: 50% of these get 403"])
        #expect(try FilterTest(Csrf.self).explain(bad) == ["comes from another site: 403"])
        #expect(test.explain() == ["the method changes nothing"])
        #expect(
            test.explain(TestRequest("POST", headers: ["origin": "http://test.example"]))
                == ["comes from where it may"])
    }

    @Test func configurationIsChecked() throws {
        func error(_ configuration: TestConfiguration) -> ConfigurationError? {
            TestFilter(Csrf.self, configuration).configurationError
        }
        #expect(error(nil) == nil)
        #expect(
            error(["additional-origins": ["https://a", "*"]])?.path == ["additional-origins", "1"])
        #expect(error(["shadow": true, "enforce": "50%"])?.path == ["enforce"])
        #expect(error(["enforce": "101%"])?.path == ["enforce"])
        #expect(error(["origins": []])?.path == ["origins"])
    }

    @Test func documentationFitsTheConfiguration() throws {
        #expect(try TestFilter(Csrf.self).documentationErrors() == [])
    }
}
