internal import WeirBase
package import WeirFilter

extension Route {
    /// Makes of the stream's request what a cluster gets: the path and host as the route rewrites
    /// them, and the fields that tell who asked.
    package func prepare(_ stream: FilterStream, forwarding: ListenerPolicy.Forwarding) {
        let request = stream.request
        // First, as they tell which host the client asked for, not which one it becomes.
        ForwardingFields.add(to: request, stream: stream, policy: forwarding)
        if let rewrite {
            if let path = rewrite.path {
                stream.routedPath = request.path
                request.path = path.apply(to: request.path, captures: stream.captures)
            }
            if let host = rewrite.host { request.authority = host }
        }
    }
}
