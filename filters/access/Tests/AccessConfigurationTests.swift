import AccessFilter
import Testing
import WeirFilter
import WeirTesting

@Suite struct AccessConfigurationTests {
    private func error(_ configuration: TestConfiguration) -> ConfigurationError? {
        TestFilter(Access.self, configuration).configurationError
    }

    private static let faults: [(TestConfiguration, [String], String)] = [
        (nil, [], "`rules` is missing"),
        (["rules": nil], [], "`rules` is missing"),
        (["rules": [[:]]], ["rules", "0"], "expected `allow` or `deny`"),
        (["rules": [["allow": nil]]], ["rules", "0"], "expected `allow` or `deny`"),
        (["rules": [["allow": "all", "deny": "all"]]], ["rules", "0"], "found both"),
        (["rules": [["allow": "any"]]], ["rules", "0", "allow"], "found `any`"),
        (["rules": [["allow": [:]]]], ["rules", "0", "allow"], "expected at least one of"),
        (
            ["rules": [["allow": ["paths": "/admin/**", "claims": [:]]]]],
            ["rules", "0", "allow", "claims"], "would mean every request"
        ),
        (["rules": [["deny": ["paths": "a"]]]], ["rules", "0", "deny", "paths"], "relative"),
        (
            ["rules": [["deny": ["paths": ["/", "a"]]]]], ["rules", "0", "deny", "paths", "1"],
            "relative"
        ),
        (["rules": [["deny": ["path": "/a"]]]], ["rules", "0", "deny", "path"], "unknown key"),
        (["rules": [["name": "a b", "allow": "all"]]], ["rules", "0", "name"], "found `a b`"),
        (["rules": [["name": "default", "allow": "all"]]], ["rules", "0", "name"], "no rule"),
        (
            ["rules": [["allow": ["paths": "/"]], ["name": "rule-1", "deny": "all"]]],
            ["rules", "1", "name"], "another rule"
        ),
        (
            ["rules": [["name": "a", "allow": "all"], ["deny": ["paths": "/x"]]]], ["rules", "1"],
            "never reached: the rule before it, `a`,"
        ),
        (["rules": [], "default": "refuse"], ["default"], ""),
        (["rules": [], "status": 200], ["status"], "found 200"),
        (["rules": [], "status": 401], ["status"], "challenge"),
        (["rules": [], "status": 407], ["status"], "found 407"),
        (["rules": [], "challenge": ""], ["challenge"], "such as Bearer"),
        (["rules": [], "challenge": " Bearer"], ["challenge"], "such as Bearer"),
        (["rules": [], "challenge": "Bearer\nx: y"], ["challenge"], "such as Bearer"),
        (["rules": [], "defualt": "deny"], ["defualt"], "unknown key"),
    ]

    @Test(arguments: faults.indices)
    func theFieldIsNamed(_ index: Int) {
        let (configuration, path, words) = Self.faults[index]
        let error = error(configuration)
        #expect(error?.path == path, "\(configuration)")
        #expect(words.isEmpty || error?.message.contains(words) == true, "\(configuration)")
    }

    @Test func aShadowRuleAboutAllHidesNoOther() {
        #expect(
            error([
                "rules": [["deny": "all", "shadow": true], ["allow": ["paths": "/x"]]]
            ]) == nil)
    }

    @Test func documentationFitsTheConfiguration() throws {
        let condition: TestConfiguration = ["certificate": ["subject": "CN=a"]]
        let filter = TestFilter(
            Access.self, ["rules": [["allow": condition], ["deny": condition]]])
        #expect(try filter.documentationErrors() == [])
    }
}
