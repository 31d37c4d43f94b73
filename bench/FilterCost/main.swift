internal import WeirBase
internal import WeirFilter

// Prints what filters that do nothing cost: a synchronous one per phase and request, an
// asynchronous one per request. Usage: filter-cost [--check]
let isCheck = CommandLine.arguments.contains("--check")
var report = CostReport(limits: isCheck ? .forChecks : nil)

report.add(
    "synchronous filter, per phase", limit: 40,
    CostMeter.cost(of: EmptyFactory(), perCall: CostMeter.phases))
report.add("asynchronous filter, per request", limit: 2000, CostMeter.cost(of: EmptyAsync()))
report.finish()
