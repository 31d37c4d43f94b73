import WeirBase

/// What the fields of a head say about the message's framing and its connection, gathered while
/// they are parsed.
struct FieldFacts {
    /// The value of Content-Length, or -1.
    private(set) var contentLength: Int64 = -1
    private(set) var isChunked = false
    /// Where the Host field is, or -1.
    private(set) var host = -1
    private(set) var closes = false
    private(set) var keepsAlive = false
    private(set) var nominatesUpgrade = false
    private(set) var hasUpgrade = false
    /// Whether what is upgraded to is HTTP/2, which would carry requests past every filter.
    private(set) var upgradesToHTTP2 = false
    private(set) var expectsContinue = false
    private(set) var expectsOther = false
    private var connectionOptions = 0

    /// The names that `note` wants to hear of.
    static let interesting: KnownHeaders = [
        .connection, .contentLength, .expect, .host, .transferEncoding, .upgrade,
    ]

    /// More options than this in Connection fields are refused: removing what they nominate costs
    /// time for each.
    static let connectionOptionBound = 32

    /// Takes note of the field at `index`, one of `interesting`.
    mutating func note(_ known: KnownHeader, _ value: Span<UInt8>, at index: Int) -> Fault? {
        switch known {
        case .contentLength: return noteContentLength(value)
        case .transferEncoding: return noteTransferEncoding(value)
        case .host:
            if host >= 0 { return .hostRepeated }
            host = index
        case .connection: return noteConnection(value)
        case .upgrade:
            var list = TokenList(value)
            while let range = list.next(value) {
                hasUpgrade = true
                let name = value.extracting(range)
                if name.equalsIgnoringCase("h2c") || name.equalsIgnoringCase("h2")
                    || (name.count >= 6 && name.extracting(0..<6).equalsIgnoringCase("http/2"))
                {
                    upgradesToHTTP2 = true
                }
            }
        case .expect:
            if value.equalsIgnoringCase("100-continue") {
                expectsContinue = true
            } else {
                expectsOther = true
            }
        default: break
        }
        return nil
    }

    /// RFC 9112, section 6.3: digits and nothing else, once. Two equal values could be read as one,
    /// but only a broken or hostile peer sends them.
    private mutating func noteContentLength(_ value: Span<UInt8>) -> Fault? {
        if contentLength >= 0 { return .contentLengthRepeated }
        guard let length = value.decimal else { return .contentLengthInvalid }
        contentLength = Int64(length)
        return nil
    }

    /// RFC 9112, sections 6.1 and 7: `chunked`, once, and nothing else is understood.
    private mutating func noteTransferEncoding(_ value: Span<UInt8>) -> Fault? {
        if isChunked { return .transferEncodingInvalid }
        if value.equalsIgnoringCase("chunked") {
            isChunked = true
            return nil
        }
        // Which refusal: a list with codings that we do not know is 501; a list of known ones that
        // makes no sense, or what is no list of codings at all, is 400.
        var list = TokenList(value)
        var isUnknown = false
        while let range = list.next(value) {
            let coding = value.extracting(range)
            for index in 0..<coding.count where !coding[index].isToken {
                return .transferEncodingInvalid
            }
            let isChunked = coding.equalsIgnoringCase("chunked")
            if isChunked && list.hasMore { return .transferEncodingInvalid }
            if !isChunked { isUnknown = true }
        }
        return isUnknown && !list.hasEmpty ? .transferEncodingUnknown : .transferEncodingInvalid
    }

    private mutating func noteConnection(_ value: Span<UInt8>) -> Fault? {
        if value.equalsIgnoringCase("keep-alive") {
            keepsAlive = true
            connectionOptions += 1
            return connectionOptions > Self.connectionOptionBound ? .connectionOptionsTooMany : nil
        }
        var list = TokenList(value)
        while let range = list.next(value) {
            let option = value.extracting(range)
            connectionOptions += 1
            if connectionOptions > Self.connectionOptionBound { return .connectionOptionsTooMany }
            if option.equalsIgnoringCase("close") {
                closes = true
            } else if option.equalsIgnoringCase("keep-alive") {
                keepsAlive = true
            } else if option.equalsIgnoringCase("upgrade") {
                nominatesUpgrade = true
            }
        }
        return nil
    }

    /// Whether the framing fields contradict one another or the version (RFC 9112, section 6.1).
    func framingFault(_ version: HTTPVersion) -> Fault? {
        guard isChunked else { return nil }
        if version == .http10 { return .transferEncodingInOldVersion }
        return contentLength >= 0 ? .contentLengthWithTransferEncoding : nil
    }

    /// Whether the connection outlives the message (RFC 9112, section 9.3).
    func isPersistent(_ version: HTTPVersion) -> Bool {
        if closes { return false }
        return version == .http10 ? keepsAlive : true
    }

    /// Whether the sender asks for, or agrees to, another protocol (RFC 9110, section 7.8).
    func isUpgrade(_ version: HTTPVersion) -> Bool {
        version == .http11 && nominatesUpgrade && hasUpgrade && !upgradesToHTTP2
    }
}
