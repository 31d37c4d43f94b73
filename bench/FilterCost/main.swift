internal import WeirBase
internal import WeirFilter

// Prints what filters that do nothing cost: a synchronous one per phase and request, compiled in
// and as a plug-in, and an asynchronous one per request. Usage: FilterCost PLUGIN [--check]
let words = CommandLine.arguments.dropFirst()
var report = CostReport(isCheck: words.contains("--check"))

let builtIn = CostMeter.cost(of: EmptyFactory(), perCall: CostMeter.phases)
report.add("synchronous filter, per phase", goal: 40, builtIn)
if let file = words.first(where: { !$0.hasPrefix("-") }) {
    let plugin = CostMeter.cost(of: try emptyPlugin(file), perCall: CostMeter.phases)
    report.add("the same as a plug-in, per phase", goal: builtIn * 1.1, plugin)
}
report.add("asynchronous filter, per request", goal: 2000, CostMeter.cost(of: EmptyAsync()))
report.finish()
