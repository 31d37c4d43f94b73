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

extension HeaderMap {
    /// Removes the fields of these names, also in the spelling with underscores for hyphens: many
    /// upstreams take both for the same (RFC 3875, section 4.1.18).
    mutating func removeSpoofed(_ names: [HeaderName]) {
        guard !names.isEmpty else { return }
        removeAll { fields, index in
            let name = fields.name(at: index)
            for wanted in names where Self.isAlike(name, wanted.bytes.span) { return true }
            return false
        }
    }

    private static func isAlike(_ name: Span<UInt8>, _ wanted: Span<UInt8>) -> Bool {
        guard name.count == wanted.count else { return false }
        for index in 0..<name.count where hyphenated(name[index]) != hyphenated(wanted[index]) {
            return false
        }
        return true
    }

    private static func hyphenated(_ byte: UInt8) -> UInt8 {
        byte == UInt8(ascii: "_") ? UInt8(ascii: "-") : byte.lowercased
    }
}
