internal import Glibc
internal import Synchronization
public import WeirBase

extension ConfigFile {
    /// The file's bytes. The error is about `field` and names the file; one that is longer than
    /// `limit` bytes is an error too. Blocks, so not for event loops.
    public func read(
        at field: [String], limit: Int = 64 << 20
    ) throws(ConfigurationError) -> ByteString {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno, field) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while true {
            var count = 0
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: 64 << 10) { room, filled in
                count = unsafe Glibc.read(descriptor, room.baseAddress, room.count)
                filled = max(0, count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(errno, field) }
            if count == 0 { return ByteString(bytes) }
            bytes += piece
            guard bytes.count <= limit else {
                throw ConfigurationError(
                    at: field, "\(path): the file is larger than \(ConfigSize(limit))")
            }
        }
    }

    /// Hands the file's bytes to `use`, now and whenever the file changes.
    ///
    /// Throws what is wrong with the file now, at `field`. Later, when it cannot be read or `use`
    /// throws, that is logged, and `use` is to have changed nothing. Calls come one after the
    /// other.
    public func follow(
        _ services: any GatewayServices, at field: [String], limit: Int = 64 << 20,
        _ use: @escaping @Sendable (ByteString) throws(ConfigurationError) -> Void
    ) throws(ConfigurationError) {
        let turn = Turn()
        // Watched first, so that no change falls between the two.
        services.watch(path) {
            do throws(ConfigurationError) {
                try turn.take { () throws(ConfigurationError) in
                    try use(self.read(at: [], limit: limit))
                }
                services.log(.notice, "\(self.path) has changed and is in use")
            } catch {
                services.log(
                    .error,
                    "\(self.path) has changed, but what was loaded before stays in use: "
                        + error.message)
            }
        }
        try turn.take { () throws(ConfigurationError) in
            let bytes = try read(at: field, limit: limit)
            do throws(ConfigurationError) {
                try use(bytes)
            } catch {
                throw ConfigurationError(at: field, "\(path): \(error.message)")
            }
        }
    }

    /// Lets one reader after the other work, so that what was read last stays.
    private final class Turn: Sendable {
        private let lock = Mutex(())

        func take(
            _ body: () throws(ConfigurationError) -> Void
        ) throws(ConfigurationError) {
            try lock.withLock { (_) throws(ConfigurationError) in try body() }
        }
    }

    private func failure(_ number: Int32, _ field: [String]) -> ConfigurationError {
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
