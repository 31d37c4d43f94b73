internal import Glibc
internal import WeirBase
internal import WeirFilter

/// Reads and writes small files: certificates, keys, lists.
enum SystemCalls {
    /// Larger files are no certificates.
    private static let limit = 64 << 20

    /// The file's bytes; the error names the file and says what the system said.
    static func read(_ path: String, at field: [String]) throws(ConfigurationError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, field) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while bytes.count < limit {
            var count = 0
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: 64 << 10) { room, filled in
                count = unsafe Glibc.read(descriptor, room.baseAddress, room.count)
                filled = max(0, count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, field) }
            if count == 0 { return bytes }
            bytes += piece
        }
        throw ConfigurationError(at: field, "\(path): the file is larger than 64 MiB")
    }

    /// Whether there is something at a path.
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Writes a file whole, in place of one that is there; nobody sees half of it, and at no time
    /// has it another mode.
    static func write(
        _ text: String, to path: String, mode: mode_t
    ) throws(ConfigurationError) {
        let draft = "\(path).new"
        _ = unsafe unlink(draft)
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(path, []) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else {
                let problem = failure(path, [])
                close(descriptor)
                _ = unsafe unlink(draft)
                throw problem
            }
            rest = rest.dropFirst(count)
        }
        close(descriptor)
        guard unsafe rename(draft, path) == 0 else {
            let problem = failure(path, [])
            _ = unsafe unlink(draft)
            throw problem
        }
    }

    private static func failure(_ path: String, _ field: [String]) -> ConfigurationError {
        let number = errno
        let words: String =
            switch number {
            case ENOENT: "no such file"
            case EACCES: "permission denied"
            case EISDIR: "it is a folder"
            default: unsafe String(cString: strerror(number))
            }
        return ConfigurationError(at: field, "\(path): \(words)")
    }
}

/// The system's monotonic clock.
@Sendable func monotonicNow() -> MonotonicTime {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicTime(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
}
