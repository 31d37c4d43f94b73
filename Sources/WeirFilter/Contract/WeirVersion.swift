/// What this build of Weir calls itself.
public enum WeirVersion {
    /// The version: three numbers, as in <https://semver.org>.
    public static let number = "0.1.0"
    /// The name and the version.
    public static let text = "weir \(number)"
}
