extension Span where Element == UInt8 {
    /// The bytes with percent escapes resolved (RFC 3986, section 2.1); what is no escape stays as
    /// it is. With `plusIsSpace` a plus sign stands for a space, as in forms.
    public func percentDecoded(plusIsSpace: Bool = false) -> ByteString {
        var result = ByteString()
        var index = 0
        while index < count {
            let byte = self[index]
            if byte == UInt8(ascii: "%"), index + 2 < count,
                let high = self[index + 1].hexValue, let low = self[index + 2].hexValue
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                let isSpace = plusIsSpace && byte == UInt8(ascii: "+")
                result.append(isSpace ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        return result
    }
}
