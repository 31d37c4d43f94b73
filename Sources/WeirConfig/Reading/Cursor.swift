/// A node together with the way to it and the load that it is part of.
struct Cursor {
    let node: ConfigNode
    let path: ConfigPath
    let context: LoadContext

    /// The cursor for an entry of the mapping at this one.
    func child(_ entry: ConfigMapping.Entry) -> Cursor {
        Cursor(node: entry.value, path: path.key(entry.key), context: context)
    }

    /// The cursor for an element of the list at this one.
    func child(_ index: Int, _ element: ConfigNode) -> Cursor {
        Cursor(node: element, path: path.index(index), context: context)
    }

    /// The elements of the list at this cursor; nil, and reported, when it is something else.
    func elements() -> [Cursor]? {
        guard let list = node.list else {
            mismatch("a list")
            return nil
        }
        return list.enumerated().map { child($0.offset, $0.element) }
    }

    /// Notes a problem with this node, or with the place `mark` in it.
    func report(
        _ message: String, expected: String? = nil, suggestion: String? = nil,
        at mark: SourceMark? = nil, _ severity: Diagnostic.Severity = .error
    ) {
        context.report(
            message, expected: expected, suggestion: suggestion, at: mark ?? node.mark, path,
            severity)
    }

    /// Notes that something else was expected than what stands here.
    func mismatch(_ expected: String, suggestion: String? = nil) {
        report("found \(node.summary)", expected: expected, suggestion: suggestion)
    }

    /// Notes that `name` is none of `valid`, which are called `kind`.
    func unknown(
        _ kind: String, _ name: String, valid: some Collection<String>, at mark: SourceMark? = nil
    ) {
        let near = NearestName.find(name, in: valid)
        let expected: String? =
            if near != nil {
                nil
            } else if valid.isEmpty {
                "none: no \(kind) exists here"
            } else {
                "one of " + valid.sorted().prefix(12).joined(separator: ", ")
                    + (valid.count > 12 ? ", …" : "")
            }
        report("no \(kind) is named `\(name)`", expected: expected, suggestion: near, at: mark)
    }
}
