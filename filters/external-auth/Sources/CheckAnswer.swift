internal import SwiftProtobuf
internal import WeirBase
internal import WeirFilter

/// What a service has said in Envoy's protocol.
struct CheckAnswer {
    private typealias Option = Envoy_Config_Core_V3_HeaderValueOption

    private let message: Envoy_Service_Auth_V3_CheckResponse
    private let identityHeader: HeaderName?

    init(_ message: Envoy_Service_Auth_V3_CheckResponse, identityHeader: HeaderName?) {
        self.message = message
        self.identityHeader = identityHeader
    }

    /// Longer names are refused like those that are none; messages have none of that length.
    private static let longestName = 1024
    /// Longer values are refused too.
    private static let longestValue = 64 << 10

    var decision: Decision {
        if message.status.code == 0 {
            // To leave such a field out could let a client's pass for it.
            let options = message.okResponse.headers + message.okResponse.responseHeadersToAdd
            return options.contains(where: Self.isLong)
                ? .failed : .allow(consent(message.okResponse))
        }
        if case .errorResponse = message.httpResponse { return .failed }
        return .deny(refusal(message.deniedResponse))
    }

    private func consent(_ response: Envoy_Service_Auth_V3_OkHttpResponse) -> Consent {
        var refused = 0
        // Nothing of the client's stays beside what the service says, unless it says so.
        let requestEdits = Self.edits(response.headers, orElse: .overwrite, &refused)
        let responseEdits = Self.edits(response.responseHeadersToAdd, orElse: .append, &refused)
        let removed = response.headersToRemove.compactMap { Self.name($0, &refused) }
        let query = QueryEdit(
            assigned: response.queryParametersToSet.map {
                (ByteString($0.key), ByteString($0.value))
            },
            removed: response.queryParametersToRemove.map { ByteString($0) })
        return Consent(
            requestEdits: requestEdits, removedFields: removed, responseEdits: responseEdits,
            query: query == QueryEdit() ? nil : query,
            identity: identity(requestEdits, response), refusedFields: refused)
    }

    private func identity(
        _ edits: [FieldEdit], _ response: Envoy_Service_Auth_V3_OkHttpResponse
    ) -> ClientIdentity? {
        guard let identityHeader,
            let name = edits.last(where: { $0.name == identityHeader })?.value, !name.isEmpty
        else { return nil }
        // The field of the inner message is the older one, and counts where a service sets it.
        let metadata =
            response.hasDynamicMetadata ? response.dynamicMetadata : message.dynamicMetadata
        return ClientIdentity(
            name: name, source: "external-auth",
            claims: metadata.fields.isEmpty ? .null : Self.json(metadata))
    }

    private func refusal(_ response: Envoy_Service_Auth_V3_DeniedHttpResponse) -> Refusal {
        var refused = 0
        var fields = HeaderMap()
        for edit in Self.edits(response.headers, orElse: .append, &refused) {
            // A cookie is never meant instead of another in one answer.
            let isCookie = edit.name.known == .setCookie && edit.action == .overwrite
            if isCookie {
                fields.append(edit.name, edit.value.span)
            } else {
                edit.apply(to: &fields)
            }
        }
        var headers: [(HeaderName, ByteString)] = []
        SentFields.all.forEach(in: fields) { headers.append(($0, $1)) }
        // A status that promises no body, or is none, would make an answer that clients misread.
        let status = Int(response.status.code)
        let isUsable = (200...599).contains(status) && ![204, 205, 304].contains(status)
        return Refusal(
            response: LocalResponse(
                status: isUsable ? status : 403, cause: "external_auth_denied", headers: headers,
                body: ByteString(response.body)),
            refusedFields: refused)
    }

    // MARK: Fields

    private static func isLong(_ option: Option) -> Bool {
        max(option.header.value.utf8.count, option.header.rawValue.count) > longestValue
    }

    private static func edits(
        _ options: [Option], orElse usual: FieldEdit.Action, _ refused: inout Int
    ) -> [FieldEdit] {
        var edits: [FieldEdit] = []
        for option in options {
            guard let name = name(option.header.key, &refused) else { continue }
            if isLong(option) {
                refused += 1
                continue
            }
            let value =
                option.header.value.isEmpty
                ? ByteString(Array(option.header.rawValue)) : ByteString(option.header.value)
            guard !value.isEmpty || option.keepEmptyValue else { continue }
            edits.append(FieldEdit(name: name, value: value, action: action(option) ?? usual))
        }
        return edits
    }

    /// Names that make no field, such as `:path`, and those that frame messages are refused.
    private static func name(_ text: String, _ refused: inout Int) -> HeaderName? {
        guard text.utf8.count <= longestName, let name = HeaderName(text), !name.isReserved else {
            refused += 1
            return nil
        }
        return name
    }

    /// What the service says about fields of the same name; nil when it says nothing, which looks
    /// the same as APPEND_IF_EXISTS_OR_ADD, the action of number 0.
    private static func action(_ option: Option) -> FieldEdit.Action? {
        if option.hasAppend { return option.append.value ? .append : .overwrite }
        switch option.appendAction {
        case .addIfAbsent: return .addIfAbsent
        case .overwriteIfExists: return .overwriteIfPresent
        case .overwriteIfExistsOrAdd, .UNRECOGNIZED: return .overwrite
        case .appendIfExistsOrAdd: return nil
        }
    }

    // MARK: Metadata

    private static func json(_ object: Google_Protobuf_Struct) -> JSONValue {
        .object(
            object.fields.sorted { $0.key < $1.key }.map {
                JSONValue.Member($0.key, json($0.value))
            })
    }

    private static func json(_ value: Google_Protobuf_Value) -> JSONValue {
        switch value.kind {
        case .nullValue, nil: .null
        case .boolValue(let value): .bool(value)
        case .numberValue(let number):
            Int64(exactly: number).map { .integer($0) } ?? .number(number)
        case .stringValue(let text): .string(text)
        case .listValue(let list): .array(list.values.map(json))
        case .structValue(let object): json(object)
        }
    }
}
