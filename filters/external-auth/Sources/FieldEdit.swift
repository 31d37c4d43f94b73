internal import WeirBase

/// One change to the fields of a message.
struct FieldEdit: Sendable, Equatable {
    /// How a field is put beside those of its name that are there.
    enum Action: Sendable {
        case append, addIfAbsent, overwrite, overwriteIfPresent
    }

    let name: HeaderName
    let value: ByteString
    let action: Action

    /// About how much memory it takes.
    var byteCount: Int { name.bytes.count + value.count + 112 }

    /// Changes the fields.
    func apply(to headers: inout HeaderMap) {
        switch action {
        case .append: headers.append(name, value.span)
        case .overwrite: headers.set(name, value.span)
        case .addIfAbsent where !headers.contains(name): headers.append(name, value.span)
        case .overwriteIfPresent where headers.contains(name): headers.set(name, value.span)
        case .addIfAbsent, .overwriteIfPresent: break
        }
    }
}
