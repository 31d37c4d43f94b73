internal import CLinux

/// How many processors the process may use; at least 1.
public func usableProcessors() -> Int { max(1, Int(weir_usable_processors())) }
