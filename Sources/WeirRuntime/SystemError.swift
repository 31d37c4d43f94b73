internal import CLinux

/// A system call that failed, with the reason that the system gave.
public struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The system's error number, such as `ECONNREFUSED`.
    public let errno: Int32

    /// What was attempted, such as `bind`.
    public let operation: StaticString

    /// Creates an error from an error number.
    public init(errno: Int32, operation: StaticString) {
        self.errno = errno
        self.operation = operation
    }

    /// The error that the calling thread's last system call left behind.
    static func last(_ operation: StaticString) -> SystemError {
        SystemError(errno: weir_errno(), operation: operation)
    }

    /// The operation and the system's words for the reason: `bind: Address already in use`.
    public var description: String { "\(operation): \(Self.reason(errno))" }

    /// The system's words for an error number.
    public static func reason(_ errno: Int32) -> String {
        // glibc's longest message has 50 bytes.
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { room in
            unsafe String(cString: weir_error_text(errno, room.baseAddress, room.count))
        }
    }

    /// Two errors are the same when their numbers and operations are.
    public static func == (left: SystemError, right: SystemError) -> Bool {
        left.errno == right.errno && left.operation.description == right.operation.description
    }

    /// Feeds the error number; operations are few.
    public func hash(into hasher: inout Hasher) { hasher.combine(errno) }
}
