internal import WeirBase
internal import WeirFilter

extension Template {
    /// Appends the text for one stream to `output`; what is missing counts as empty.
    func render(_ stream: FilterStream, to output: inout [UInt8]) {
        for part in parts {
            switch part {
            case .literal(let text): output.append(contentsOf: text.storage)
            case .variable(let variable): Self.render(variable, stream, to: &output)
            }
        }
    }

    private static func render(
        _ variable: Variable, _ stream: FilterStream, to output: inout [UInt8]
    ) {
        let request = stream.request
        switch variable {
        case .clientAddress: stream.clientAddress?.write(to: &output)
        case .route: output.append(contentsOf: stream.place.route.utf8)
        case .listener: output.append(contentsOf: stream.place.listener.utf8)
        case .host:
            output.append(
                contentsOf: request.authority.storage.prefix(request.authority.hostCount))
        case .path: output.append(contentsOf: request.path.storage)
        case .method where request.method == .other:
            output.append(contentsOf: request.methodName.storage)
        case .method: output.append(copying: request.method.name.span)
        case .status: output.append(decimal: stream.response.status)
        case .header(let name):
            _ = request.headers.withFirst(name) { output.append(copying: $0) }
        case .capture(let name):
            if let value = stream.capture(name) { output.append(contentsOf: value.storage) }
        }
    }
}
