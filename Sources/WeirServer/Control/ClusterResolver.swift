internal import Logging
internal import WeirRuntime
internal import WeirUpstream
final class ClusterResolver {
    init(control: EventLoop, log: Logger, changed: @escaping (String, [EndpointAddress]) -> Void) throws(SystemError) {}
    func stop() {}
    func follow(_ plans: [ClusterPlan]) {}
}
