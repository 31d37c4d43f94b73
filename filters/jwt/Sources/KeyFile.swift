internal import Glibc
internal import WeirFilter

/// An issuer's keys from a file, read again when it changes.
struct KeyFile: Sendable {
    let file: ConfigFile
    let issuer: String
    let shelf: KeyShelf

    /// Reads the keys for the first time and watches the file.
    func start(_ services: any GatewayServices, at field: [String]) throws(ConfigurationError) {
        do throws(KeySet.Fault) {
            note(try read(), services)
        } catch {
            throw ConfigurationError(at: field, "\(file): \(error)")
        }
        services.watch(file.path) { reload(services) }
    }

    private func reload(_ services: any GatewayServices) {
        do throws(KeySet.Fault) {
            let keys = try read()
            guard note(keys, services) != .same else { return }
            services.log(.notice, "\(file) has changed: new keys of \(issuer) are in use")
        } catch {
            services.log(
                .error, "\(file) has changed, but the keys of \(issuer) stay as they were: \(error)")
        }
    }

    @discardableResult
    private func note(_ keys: KeySet, _ services: any GatewayServices) -> KeyShelf.Change {
        for note in keys.notes { services.log(.warning, "\(file): \(note)") }
        return shelf.store(keys)
    }

    private func read() throws(KeySet.Fault) -> KeySet {
        let descriptor = unsafe open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.failure() }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        // One byte more than allowed tells that there are too many.
        while bytes.count <= KeySet.sizeLimit {
            var count = 0
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: 64 << 10) { room, filled in
                count = unsafe Glibc.read(descriptor, room.baseAddress, room.count)
                filled = max(0, count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Self.failure() }
            if count == 0 { break }
            bytes += piece
        }
        return try KeySet(bytes.span)
    }

    private static func failure() -> KeySet.Fault {
        let words: String =
            switch errno {
            case ENOENT: "no such file"
            case EACCES: "permission denied"
            case EISDIR: "it is a folder"
            case let number: unsafe String(cString: strerror(number))
            }
        return KeySet.Fault(description: words)
    }
}
