package import WeirBase
package import WeirConfig
package enum Pattern { package static func check(_ s: String) -> String? { nil } }
package final class RouteIndex: Sendable {
  let n: Int
  package init(_ m: [RouteMatch]) throws { n = m.count }
  package static let empty = try! RouteIndex([])
  package func match(_ r: RequestHead, captures: inout [Range<Int>]) -> Int? { n > 0 ? 0 : nil }
  package func captureNames(of i: Int) -> [String] { [] }
}
