internal import Foundation
internal import WeirConfig
internal import WeirFilter
internal import WeirPlugins
internal import WeirRouting

/// Finding, loading and reporting on configuration files.
enum Configurations {
    static var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// Loads a plug-in into this process.
    static let plugins: PluginLoader = { (path) throws(ConfigurationError) in
        try PluginStore.process.filters(of: path)
    }

    /// The filters that a file may name: those of this gateway, and those of the file's plug-ins.
    static func filters(of file: String?) -> LoadedFilters? {
        guard let file else { return nil }
        return GatewayConfiguration.filters(
            file: file, registry: GatewayCommand.filters, plugins: plugins,
            environment: environment)
    }

    /// Loads a file, or the embedded example when there is none.
    static func load(_ file: String?) -> LoadedConfiguration {
        if let file {
            return GatewayConfiguration.load(
                file: file, registry: GatewayCommand.filters, plugins: plugins,
                environment: environment, regexCheck: { Pattern.check($0) })
        }
        return GatewayConfiguration.load(
            ConfigSource(file: "embedded", text: embedded), registry: GatewayCommand.filters,
            environment: environment, regexCheck: { Pattern.check($0) })
    }

    /// Writes errors and warnings to standard error.
    static func report(_ diagnostics: Diagnostics) {
        guard !diagnostics.items.isEmpty else { return }
        FileHandle.standardError.write(Data(diagnostics.rendered().utf8))
    }
}
