internal import WeirBase
public import WeirFilter

extension RateLimit.Period: SchemaDescribing {
    /// A period by its name, or a duration.
    public static var schema: ConfigurationSchema {
        .anyOf([
            .choice(["second", "minute", "hour", "day"]),
            .duration(.milliseconds(1) ... .seconds(365 * 86_400)),
        ])
    }
}

extension RateLimit.Key: SchemaDescribing {
    /// An attribute, or a list of them.
    public static var schema: ConfigurationSchema { .oneOrMore(RequestAttribute.schema) }
}

extension RateLimit.Cost: SchemaDescribing {
    /// A number, or a field of the request with the most that it may say.
    public static var schema: ConfigurationSchema {
        .anyOf([
            .integer(1...Quota.mostRequests),
            .object([
                SchemaField(
                    "header", .fieldName, isRequired: true,
                    meaning: "The field of the request that says what it costs."),
                SchemaField(
                    "max", .integer(1...Quota.mostRequests), isRequired: true,
                    meaning: "The most that a request costs."),
            ]),
        ])
    }
}

extension RateLimit.StoreChoice: SchemaDescribing {
    /// `local`, or one store outside of this process.
    public static var schema: ConfigurationSchema {
        .anyOf([
            .choice(["local"]),
            .object(
                [
                    SchemaField("redis", .of(RateLimit.RedisChoice.self), meaning: "Redis."),
                    SchemaField(
                        "service", .of(RateLimit.ServiceChoice.self),
                        meaning: "A service of Envoy's rate limit protocol."),
                ], justOne: ["redis", "service"]),
        ])
    }
}
