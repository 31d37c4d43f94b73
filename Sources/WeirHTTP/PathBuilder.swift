import WeirBase

/// Builds a canonical path segment by segment.
///
/// What is written stands after the last slash until its segment ends; only then is it known
/// whether it was a dot segment.
struct PathBuilder {
    let policy: PathPolicy
    private var utf8 = UTF8Validator()
    /// Where in the output the segment being written starts.
    private var segmentStart = 1
    /// The same, counting kept `%2F` as boundaries too: what an upstream that decodes them would
    /// see.
    private var partStart = 1

    init(policy: PathPolicy) { self.policy = policy }

    /// Reads all of `raw` and appends its canonical spelling to the empty `path`.
    mutating func build(_ raw: Span<UInt8>, into path: inout ByteString) -> PathProblem? {
        guard raw.count > 0 && raw[0] == UInt8(ascii: "/") else { return .notAbsolute }
        path.append(UInt8(ascii: "/"))
        var index = 1
        while index < raw.count {
            var byte = raw[index]
            let isEscape = byte == UInt8(ascii: "%")
            if isEscape {
                guard index + 2 < raw.count, let high = raw[index + 1].hexValue,
                    let low = raw[index + 2].hexValue
                else { return .badEscape }
                byte = high << 4 | low
                index += 2
            }
            index += 1
            guard policy.invalidUTF8 == .keep || utf8.accept(byte) else { return .invalidUTF8 }
            let problem = isEscape ? escaped(byte, &path) : literal(byte, &path)
            if let problem { return problem }
        }
        if policy.invalidUTF8 == .reject && utf8.isInside { return .invalidUTF8 }
        return endSegment(&path, bySlash: false)
    }

    /// Takes a byte that stands for itself.
    private mutating func literal(_ byte: UInt8, _ path: inout ByteString) -> PathProblem? {
        switch byte {
        case UInt8(ascii: "/"): return endSegment(&path, bySlash: true)
        case UInt8(ascii: "#"): return .fragment
        case UInt8(ascii: "\\"):
            if policy.backslashes == .reject { return .backslash }
            appendEscape(byte, to: &path)
        case UInt8(ascii: ";"):
            if isDotPart(path) { return .dotSegmentWithParameter }
            if policy.parameters == .reject { return .parameter }
            path.append(byte)
        case UInt8(ascii: "?"), 0x00...0x20, 0x7F: return .badCharacter
        default:
            if byte.isPathCharacter { path.append(byte) } else { appendEscape(byte, to: &path) }
        }
        return nil
    }

    /// Takes a byte that was escaped.
    private mutating func escaped(_ byte: UInt8, _ path: inout ByteString) -> PathProblem? {
        if byte.isUnreserved {
            path.append(byte)
            return nil
        }
        switch byte {
        case 0: return .escapedNUL
        case UInt8(ascii: "/"):
            switch policy.escapedSlashes {
            case .reject: return .escapedSlash
            case .decode: return endSegment(&path, bySlash: true)
            case .keep: break
            }
            if isDotPart(path) { return .ambiguousDotSegment }
            appendEscape(byte, to: &path)
            partStart = path.count
            return nil
        case UInt8(ascii: "\\"): if policy.backslashes == .reject { return .backslash }
        case UInt8(ascii: ";"):
            // Some servers decode before they cut parameters off.
            if isDotPart(path) { return .dotSegmentWithParameter }
            if policy.parameters == .reject { return .parameter }
        case 0x01...0x1F, 0x7F: if policy.escapedControls == .reject { return .escapedControl }
        default: break
        }
        appendEscape(byte, to: &path)
        return nil
    }

    /// Ends a segment and resolves it when it is a dot segment (RFC 3986, section 5.2.4).
    private mutating func endSegment(_ path: inout ByteString, bySlash: Bool) -> PathProblem? {
        if isDotPart(path) {
            if partStart != segmentStart { return .ambiguousDotSegment }
            let dots = path.count - segmentStart
            path.storage.removeLast(dots)
            if dots == 2 {
                if segmentStart == 1 { return .aboveRoot }
                repeat { path.storage.removeLast() } while path.storage.last != UInt8(ascii: "/")
            }
        } else if path.count > segmentStart {
            if bySlash { path.append(UInt8(ascii: "/")) }
        } else if bySlash {
            switch policy.duplicateSlashes {
            case .merge: break
            case .reject: return .duplicateSlash
            case .keep: path.append(UInt8(ascii: "/"))
            }
        }
        segmentStart = path.count
        partStart = path.count
        return nil
    }

    /// Whether what was written since the last boundary is `.` or `..`.
    private func isDotPart(_ path: borrowing ByteString) -> Bool {
        let dot = UInt8(ascii: ".")
        switch path.storage.count - partStart {
        case 1: return path.storage[partStart] == dot
        case 2: return path.storage[partStart] == dot && path.storage[partStart + 1] == dot
        default: return false
        }
    }

    private func appendEscape(_ byte: UInt8, to path: inout ByteString) {
        path.append(UInt8(ascii: "%"))
        path.append(.hexDigit(byte >> 4))
        path.append(.hexDigit(byte & 15))
    }
}
