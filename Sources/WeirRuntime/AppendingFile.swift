internal import CLinux

/// A file that is written at its end, by a thread that may block.
public final class AppendingFile: Sendable {
    private let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    /// The process's standard output.
    public static let standardOutput = AppendingFile(descriptor: 1)

    /// The process's standard error.
    public static let standardError = AppendingFile(descriptor: 2)

    /// Opens a file, which is made if it is not there, readable by owner and group.
    public init(path: String) throws(SystemError) {
        descriptor = unsafe weir_open_for_appending(path)
        if descriptor < 0 { throw SystemError.last("open") }
    }

    deinit {
        if descriptor > 2 { _ = close(descriptor) }
    }

    /// Writes everything; false when the file takes no more.
    public func write(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe CLinux.write(
                    descriptor, buffer.baseAddress.unsafelyUnwrapped + offset,
                    bytes.count - offset)
            }
            if count < 0 && weir_errno() == EINTR { continue }
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }
}
