internal import WeirBase
internal import WeirConfig
internal import WeirFilter
internal import WeirRuntime

/// Records of streams as `/tap` shows them. Times are in microseconds, those in filters in
/// nanoseconds.
enum TapPage {
    static func render(_ records: [StreamRecord], isComplete: Bool) -> Rendered {
        .object([
            ("complete", .flag(isComplete)), ("records", .list(records.map(render))),
        ])
    }

    static func render(_ record: StreamRecord) -> Rendered {
        var time: [UInt8] = []
        CivilTime(unixMilliseconds: record.unixNanoseconds / 1_000_000).appendISO8601(to: &time)
        return .object([
            ("time", .text(String(decoding: time, as: UTF8.self))),
            ("ended", .flag(record.hasEnded)), ("worker", .number(record.worker)),
            ("listener", .text(record.listener)), ("route", text(record.route)),
            ("client", client(record)), ("request", head(record.request)),
            ("filters", .list(record.filters.map(filter))),
            ("steps", .list(record.steps.map(step))),
            ("omitted-steps", .number(record.omittedSteps)),
            ("upstream", upstream(record)), ("answer", answer(record.answer)),
            ("response", record.response.map(head) ?? .null),
            ("status", .number(record.outcome.status)),
            ("cause", text(record.outcome.cause.description)),
            (
                "grpc-status",
                record.outcome.grpcStatus < 0 ? .null : .number(record.outcome.grpcStatus)
            ),
            ("request-bytes", .number(Int(record.outcome.requestBytes))),
            ("response-bytes", .number(Int(record.outcome.responseBytes))),
            ("duration-us", .number(Int(record.outcome.duration.microseconds))),
        ])
    }

    private static func text(_ text: String) -> Rendered { text.isEmpty ? .null : .text(text) }

    private static func client(_ record: StreamRecord) -> Rendered {
        .object([
            ("address", text(record.client)), ("peer", text(record.peer)),
            ("tls", text(record.security)), ("identities", identities(record.identities)),
        ])
    }

    private static func identities(_ identities: [RecordedIdentity]) -> Rendered {
        .list(identities.map { .object([("name", .text($0.name)), ("source", .text($0.source))]) })
    }

    private static func head(_ head: RecordedHead) -> Rendered {
        let line = head.fields.filter { $0.name.hasPrefix(":") }
        let fields = head.fields.filter { !$0.name.hasPrefix(":") }
        return .object(
            line.map { (String($0.name.dropFirst()), .text($0.value)) } + [
                (
                    "fields",
                    .list(
                        fields.map {
                            .object([("name", .text($0.name)), ("value", .text($0.value))])
                        })
                ), ("omitted-fields", .number(head.omittedFields)),
            ])
    }

    private static func filter(_ filter: RecordedFilter) -> Rendered {
        .object([
            ("name", .text(filter.name)), ("phases", .list(filter.phases.names.map { .text($0) })),
            ("reached", .flag(filter.isReached)),
        ])
    }

    private static func step(_ step: RecordedStep) -> Rendered {
        var fields: [(String, Rendered)] = [
            ("filter", .text(step.filter)), ("position", .number(step.position)),
            ("phase", .text(step.phase.names.first ?? "")),
            ("at-us", .number(Int(step.start.microseconds))), ("calls", .number(step.calls)),
            ("took-ns", .number(Int(step.nanoseconds))), ("verdict", .text(step.verdict.label)),
        ]
        if !step.detail.isEmpty { fields.append(("detail", .text(step.detail))) }
        if !step.identities.isEmpty { fields.append(("identified", identities(step.identities))) }
        if step.phase.isBody {
            fields += [
                ("bytes-in", .number(step.bytesIn)), ("bytes-out", .number(step.bytesOut)),
            ]
        } else {
            fields.append(("changes", .list(step.changes.map(change))))
            if step.omittedChanges > 0 {
                fields.append(("omitted-changes", .number(step.omittedChanges)))
            }
        }
        if step.pauses > 0 {
            fields += [
                ("pauses", .number(step.pauses)),
                ("waited-us", .number(Int(step.waited.microseconds))),
                ("pause-end", step.pauseEnd.map { .text($0.rawValue) } ?? .null),
            ]
        }
        return .object(fields)
    }

    private static func change(_ change: RecordedChange) -> Rendered {
        .object([
            ("change", .text(change.kind.rawValue)), ("name", .text(change.name)),
            ("old", change.old.map { .text($0) } ?? .null),
            ("new", change.new.map { .text($0) } ?? .null),
        ])
    }

    private static func upstream(_ record: StreamRecord) -> Rendered {
        let outcome = record.outcome
        guard !outcome.cluster.isEmpty else { return .null }
        return .object([
            ("cluster", .text(outcome.cluster)), ("endpoint", text(outcome.endpoint)),
            ("attempts", .number(outcome.attempts)),
            ("connected-us", .number(Int(outcome.connectTime.microseconds))),
            ("answered-us", .number(Int(outcome.upstreamHeadTime.microseconds))),
            ("request", record.sent.map(head) ?? .null),
        ])
    }

    private static func answer(_ answer: RecordedAnswer?) -> Rendered {
        guard let answer else { return .null }
        return .object([
            ("filter", answer.filter.map { .text($0) } ?? .null),
            ("status", .number(answer.status)), ("cause", .text(answer.cause)),
        ])
    }
}
