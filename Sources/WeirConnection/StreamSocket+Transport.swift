public import WeirFilter
public import WeirRuntime

/// Plain TCP is the built-in transport.
extension StreamSocket: Transport {
    /// None: plain TCP agrees on nothing.
    public var applicationProtocol: String { "" }
}
