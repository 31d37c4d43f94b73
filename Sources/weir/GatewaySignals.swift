internal import WeirServer

final class GatewaySignals {
    init(_ gateway: Gateway) throws {}
}
func raiseDescriptorLimit() {}
