public import WeirBase

/// The one spelling of a path that routes, filters and the upstream see (RFC 3986, section 6.2.2).
public enum CanonicalPath {
    /// Writes the canonical spelling of `raw`, a path without query, to `path`, replacing what it
    /// held and keeping its storage.
    ///
    /// Dot segments are resolved, escapes of unreserved characters decoded, other escapes spelt
    /// with upper-case digits, and characters that a path may not hold unescaped are escaped. The
    /// result is its own canonical spelling.
    ///
    /// - Returns: Why the path is refused, or nil; when it is refused, `path` holds nothing useful.
    public static func canonicalise(
        _ raw: Span<UInt8>, policy: PathPolicy, into path: inout ByteString
    ) -> PathProblem? {
        if isCanonical(raw) {
            path.replace(with: raw)
            return nil
        }
        path.clear()
        var builder = PathBuilder(policy: policy)
        return builder.build(raw, into: &path)
    }

    /// Whether `raw` is surely its own canonical spelling under every policy; the usual case.
    ///
    /// A segment that starts with a dot is left to the builder, although few of them are dot
    /// segments.
    private static func isCanonical(_ raw: Span<UInt8>) -> Bool {
        guard raw.count > 0 && raw[0] == UInt8(ascii: "/") else { return false }
        var startsSegment = true
        for index in 1..<raw.count {
            let byte = raw[index]
            if byte.isPlainInPath {
                startsSegment = false
            } else if startsSegment {
                return false
            } else if byte == UInt8(ascii: "/") {
                startsSegment = true
            } else if byte != UInt8(ascii: ".") {
                return false
            }
        }
        return true
    }
}
