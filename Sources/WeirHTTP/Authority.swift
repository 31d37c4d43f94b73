import WeirBase

/// The host and port that a request is for (RFC 9110, section 7.2; RFC 3986, section 3.2).
enum Authority {
    /// Checks `text` and writes it in lower case to `authority`, without an empty port.
    ///
    /// Host names may hold letters, digits and `-._~`; percent escapes and the other characters
    /// that RFC 3986 would allow name no host and invite servers to disagree.
    static func parse(
        _ text: Span<UInt8>, into authority: inout ByteString, needsPort: Bool = false
    ) -> Fault? {
        let extent: Extent
        switch measure(text) {
        case .success(let measured): extent = measured
        case .failure(let fault): return fault
        }
        if needsPort && !extent.hasPort { return .badAuthority }
        authority.replace(with: text.extracting(0..<extent.count))
        if extent.hasUpperCase {
            for index in 0..<extent.count {
                authority.storage[index] = authority.storage[index].lowercased
            }
        }
        return nil
    }

    /// What is known of an authority that was checked.
    struct Extent {
        /// How many bytes it has without the colon of an empty port.
        var count: Int
        var hasPort: Bool
        var hasUpperCase: Bool
    }

    /// Checks `text`.
    static func measure(_ text: Span<UInt8>) -> Result<Extent, Fault> {
        var index = 0
        var hasUpperCase = false
        if text.count > 0 && text[0] == UInt8(ascii: "[") {
            guard let end = text.firstIndex(of: UInt8(ascii: "]")), end <= 46 else {
                return .failure(.badAuthority)
            }
            let address = text.extracting(1..<end)
            guard address.firstIndex(of: UInt8(ascii: ":")) != nil, IPAddress(address) != nil else {
                return .failure(.badAuthority)
            }
            hasUpperCase = true
            index = end + 1
        } else {
            // A dot may not begin a label: no `..` and none at the front.
            var previous = UInt8(ascii: ".")
            while index < text.count {
                let byte = text[index]
                guard byte.isUnreserved else { break }
                if byte == UInt8(ascii: ".") && previous == byte { return .failure(.badAuthority) }
                if byte &- 65 < 26 { hasUpperCase = true }
                previous = byte
                index += 1
            }
            if index < text.count && text.firstIndex(of: UInt8(ascii: "@")) != nil {
                return .failure(.userInformation)
            }
        }
        guard index > 0 else { return .failure(.badAuthority) }
        if index == text.count {
            return .success(Extent(count: index, hasPort: false, hasUpperCase: hasUpperCase))
        }
        guard text[index] == UInt8(ascii: ":") else { return .failure(.badAuthority) }
        if index + 1 == text.count {
            return .success(Extent(count: index, hasPort: false, hasUpperCase: hasUpperCase))
        }
        guard text.count - index <= 6, let port = text.extracting(index + 1..<text.count).decimal,
            port <= 65535
        else { return .failure(.badAuthority) }
        return .success(Extent(count: text.count, hasPort: true, hasUpperCase: hasUpperCase))
    }
}
