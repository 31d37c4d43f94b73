internal import Foundation
internal import WeirFilter
internal import WeirPlugins

/// The factory of the one filter in a plug-in, without settings.
func emptyPlugin(_ file: String) throws -> any FilterFactory {
    let type = try PluginStore.process.filters(of: file)[0]
    let decoder = JSONDecoder()
    decoder.userInfo[Made.typeKey] = type
    return try decoder.decode(Made.self, from: Data("{}".utf8)).factory
}

/// Hands a filter's type the decoder of an empty mapping.
private struct Made: Decodable {
    static let typeKey = CodingUserInfoKey(rawValue: "filter-type")!

    let factory: any FilterFactory

    init(from decoder: any Decoder) throws {
        guard let type = decoder.userInfo[Self.typeKey] as? FilterType,
            let made = try type.makeFactory(from: decoder) as? any FilterFactory
        else { throw ConfigurationError("the plug-in's filter is no HTTP filter") }
        factory = made
    }
}
