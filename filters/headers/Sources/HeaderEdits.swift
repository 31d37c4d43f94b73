internal import WeirBase
internal import WeirFilter

/// The changes to one message, checked and ready to be made.
struct HeaderEdits: Sendable {
    /// How a value meets the values that are there.
    enum Mode: String, Sendable {
        case set, add, append
    }

    /// One field's change.
    struct Edit: Sendable {
        let mode: Mode
        let name: HeaderName
        let template: Template
        /// The value when it is the same for every stream.
        let constant: ByteString?
    }

    private let edits: [Edit]
    private let removed: [HeaderName]

    /// Whether there is nothing to do.
    var isEmpty: Bool { edits.isEmpty && removed.isEmpty }

    init(_ changes: Headers.Changes?, of side: Template.Side) throws {
        let groups: [(Mode, Headers.Templates?)] = [
            (.set, changes?.set), (.add, changes?.add), (.append, changes?.append),
        ]
        edits = try groups.flatMap { mode, templates in
            try Self.edits(templates, mode, at: [side.rawValue, mode.rawValue], of: side)
        }
        removed = try (changes?.remove ?? []).enumerated().map { index, name in
            try Self.checkedName(name, at: [side.rawValue, "remove", "\(index)"])
        }
    }

    private static func edits(
        _ templates: Headers.Templates?, _ mode: Mode, at path: [String], of side: Template.Side
    ) throws -> [Edit] {
        var seen: Set<HeaderName> = []
        return try (templates?.entries ?? []).map { entry in
            let path = path + [entry.name]
            let name = try checkedName(entry.name, at: path)
            guard seen.insert(name).inserted else {
                throw ConfigurationError(at: path, "`\(name)` stands here twice")
            }
            guard mode != .append || name.known != .setCookie else {
                throw ConfigurationError(
                    at: path, "cookies cannot be joined by commas; use `add` for `set-cookie`")
            }
            do {
                let template = try Template(entry.template, for: side)
                guard !template.parts.isEmpty else {
                    throw ConfigurationError(at: path, "expected a value; `remove` removes fields")
                }
                return Edit(
                    mode: mode, name: name, template: template, constant: template.constant)
            } catch let mistake as Template.Mistake {
                throw ConfigurationError(at: path, mistake.message)
            }
        }
    }

    private static func checkedName(_ text: String, at path: [String]) throws -> HeaderName {
        guard text.utf8.count <= 256, let name = HeaderName(text) else {
            throw ConfigurationError(
                at: path, "expected a field name such as x-name, found `\(text)`")
        }
        if name.known == .host {
            throw ConfigurationError(at: path, "`host` is changed by a route's host rewrite")
        }
        guard !name.isReserved else {
            throw ConfigurationError(
                at: path, "the gateway itself decides `\(name)`, which frames the message")
        }
        return name
    }

    /// Makes the changes, in the order set, add, append, remove.
    ///
    /// The fields are touched one change at a time, because templates read them in between.
    func apply(to head: some FieldOwner, _ stream: FilterStream) {
        var scratch: [UInt8] = []
        for edit in edits {
            if let constant = edit.constant {
                Self.apply(edit, constant.span.trimmed, to: &head.headers)
                continue
            }
            scratch.removeAll(keepingCapacity: true)
            scratch.reserveCapacity(128)
            edit.template.render(stream, to: &scratch)
            // Codecs let none of these in; but other filters may write what they like.
            if scratch.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
                scratch.removeAll(keepingCapacity: true)
            }
            Self.apply(edit, scratch.span.trimmed, to: &head.headers)
        }
        for name in removed { head.headers.remove(name) }
    }

    private static func apply(_ edit: Edit, _ value: Span<UInt8>, to headers: inout HeaderMap) {
        switch edit.mode {
        case .set where value.isEmpty:
            // Were the client's own value left, it could pass for what the operator meant to set.
            headers.remove(edit.name)
        case .set: headers.set(edit.name, value)
        case .add, .append:
            if value.isEmpty { return }
            if edit.mode == .append, let last = lastIndex(of: edit.name, in: headers) {
                headers.extendValue(at: last, with: value)
            } else {
                headers.append(edit.name, value)
            }
        }
    }

    private static func lastIndex(of name: HeaderName, in headers: HeaderMap) -> Int? {
        var last: Int?
        var from = 0
        while let index = headers.index(of: name, from: from) {
            last = index
            from = index + 1
        }
        return last
    }
}
