internal import WeirBase
internal import WeirFilter

/// One field of a group of settings: said once, it is read, checked, shown and documented.
struct Field<Group: Sendable>: Sendable {
    let name: String
    let type: String
    let meaning: String
    /// What `read` takes.
    let schema: ConfigurationSchema
    /// Reads the field into the group; what is wrong is noted and leaves the default.
    let read: @Sendable (Cursor, inout Group) -> Void
    /// The field's value as it would be written.
    let render: @Sendable (Group) -> Rendered

    private init<Value>(
        _ name: String, _ type: String, _ path: Path<Value>,
        _ meaning: String, _ schema: ConfigurationSchema,
        read: @escaping @Sendable (Cursor) -> Value?,
        render: @escaping @Sendable (Value) -> Rendered
    ) {
        self.name = name
        self.type = type
        self.meaning = meaning
        self.schema = schema
        self.read = { cursor, group in
            if let value = read(cursor) { group[keyPath: path] = value }
        }
        self.render = { render($0[keyPath: path]) }
    }

    typealias Path<Value> = any WritableKeyPath<Group, Value> & Sendable

    static func flag(_ name: String, _ path: Path<Bool>, _ meaning: String) -> Field {
        Field(
            name, "true or false", path, meaning, .flag,
            read: { cursor in
                let value = cursor.flag()
                if value == true, name.hasPrefix("unsafe-") { cursor.noteUnsafe() }
                return value
            }, render: { .flag($0) })
    }

    static func integer(
        _ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>, _ meaning: String
    ) -> Field {
        Field(
            name, "number", path, meaning, .integer(range), read: { $0.integer(range) },
            render: { .number($0) })
    }

    /// A number where 0 stands for no bound.
    static func bound(_ name: String, _ path: Path<Int?>, _ meaning: String) -> Field {
        Field(
            name, "number, 0 for no bound", path, meaning, .integer(0...1 << 40),
            read: { cursor in cursor.integer(0...1 << 40).map { $0 == 0 ? nil : $0 } },
            render: { .number($0 ?? 0) })
    }

    static func size(
        _ name: String, _ path: Path<Int>, _ range: ClosedRange<Int>, _ meaning: String
    ) -> Field {
        Field(
            name, "size", path, meaning, .size(range), read: { $0.size(range) },
            render: { .text("\(ConfigSize($0))") })
    }

    /// A size where 0 stands for no bound.
    static func sizeBound(_ name: String, _ path: Path<Int?>, _ meaning: String) -> Field {
        Field(
            name, "size, 0 for no bound", path, meaning, .size(0 ... .unboundedSize),
            read: { cursor in cursor.size(0 ... .unboundedSize).map { $0 == 0 ? nil : $0 } },
            render: { .text("\(ConfigSize($0 ?? 0))") })
    }

    static func duration(
        _ name: String, _ path: Path<Interval>, _ meaning: String
    ) -> Field {
        Field(
            name, "duration", path, meaning, .duration(.time), read: { $0.duration(.time) },
            render: { .text("\(ConfigDuration($0))") })
    }

    static func choice<Choice>(_ name: String, _ path: Path<Choice>, _ meaning: String) -> Field
    where Choice: CaseIterable & RawRepresentable<String> & Sendable {
        Field(
            name, Choice.allCases.map(\.rawValue).joined(separator: ", "), path, meaning,
            .choice(Choice.allCases.map(\.rawValue)),
            read: { $0.choice(Choice.self) }, render: { .text($0.rawValue) })
    }

    static func custom<Value>(
        _ name: String, _ type: String, _ path: Path<Value>, _ meaning: String,
        allows schema: ConfigurationSchema, read: @escaping @Sendable (Cursor) -> Value?,
        render: @escaping @Sendable (Value) -> Rendered
    ) -> Field {
        Field(name, type, path, meaning, schema, read: read, render: render)
    }

    /// A group of its own under this name.
    static func group<Inner: SettingsGroup>(
        _ name: String, _ path: Path<Inner>, _ meaning: String
    ) -> Field {
        Field(
            name, "mapping", path, meaning, Inner.schema, read: { Inner.read($0) },
            render: { $0.rendered })
    }
}

extension ClosedRange<Interval> {
    /// Time limits: at least a millisecond, since 0 would switch a limit off; at most a day.
    static var time: ClosedRange<Interval> { .milliseconds(1) ... .seconds(86_400) }
}
