internal import CLinux

/// Raises the number of descriptors that the process may open to the most that it is allowed, and
/// returns it. To be called once, at the start.
@discardableResult
public func raiseDescriptorLimit() -> Int { weir_raise_descriptor_limit() }

/// How many processors the process can keep busy, at least 1: those that it may run on, or fewer
/// when its control group has a smaller quota (rounded up).
public func cpuCount() -> Int {
    let usable = max(Int(weir_usable_processors()), 1)
    return min(usable, ProcessorQuota.current() ?? usable)
}

/// The share of the processors that control groups leave to the process.
enum ProcessorQuota {
    /// The smallest quota on the way from the process's group to the root; nil without any.
    static func current() -> Int? {
        guard let groups = readFile("/proc/self/cgroup") else { return nil }
        var quotas: [Int] = []
        for path in paths(groups) {
            if let text = readFile("/sys/fs/cgroup\(path)/cpu.max"), let quota = version2(text) {
                quotas.append(quota)
            }
        }
        if let quota = readFile("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
            let period = readFile("/sys/fs/cgroup/cpu/cpu.cfs_period_us"),
            let processors = version2("\(quota) \(period)")
        {
            quotas.append(processors)
        }
        return quotas.min()
    }

    /// The process's group of version 2 and all above it, as `/a/b`, `/a` and the empty path.
    static func paths(_ groups: String) -> [String] {
        var path = groups.split(separator: "\n").first { $0.hasPrefix("0::/") }?.dropFirst(3) ?? ""
        while path.hasSuffix("/") { path.removeLast() }
        var paths: [String] = []
        while let slash = path.lastIndex(of: "/") {
            paths.append(String(path))
            path = path[..<slash]
        }
        return paths + [""]
    }

    /// Reads `150000 100000`, microseconds of processor time per period, as 2 processors; nil for
    /// `max` and anything else.
    static func version2(_ text: String) -> Int? {
        let numbers = text.split { $0 == " " || $0 == "\n" }.map { Int($0) }
        guard numbers.count == 2, let quota = numbers[0], let period = numbers[1], quota > 0,
            period > 0
        else { return nil }
        return (quota + period - 1) / period
    }
}
