public import WeirFilter
public import WeirRuntime

/// Plain TCP is the built-in transport.
extension StreamSocket: Transport {}
