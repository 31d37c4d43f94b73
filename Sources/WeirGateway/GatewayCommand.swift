internal import ArgumentParser
internal import Synchronization
public import WeirFilter

/// The command of a gateway: everything that `weir` can do, with filters of one's own choice.
///
///     GatewayCommand.main(filters: standardFilters + [FilterType(Hello.self)])
public enum GatewayCommand {
    /// Does what the process's command line asks for, and ends the process.
    ///
    /// - Parameter filters: what configurations may name, without two of one name.
    public static func main(filters: [FilterType]) -> Never {
        var names: Set<String> = []
        for filter in filters where !names.insert(filter.name).inserted {
            Terminal.complain(
                "Error: this gateway is built with two filters called `\(filter.name)`")
            Weir.exit(withError: ExitCode(2))
        }
        builtInFilters.withLock { $0 = filters }
        Weir.main()
        Weir.exit()
    }

    /// What this gateway was built with; set once, before anything reads it.
    private static let builtInFilters = Mutex<[FilterType]>([])

    /// The filters that this gateway was built with.
    static var filters: [FilterType] { builtInFilters.withLock { $0 } }
}
