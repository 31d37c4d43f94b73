internal import COpenSSL
internal import WeirFilter

/// A private key. Immutable, so that all threads may use it.
@safe
final class PrivateKey: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes over a key.
    init(owning pointer: OpaquePointer) { unsafe self.pointer = unsafe pointer }

    deinit { unsafe EVP_PKEY_free(pointer) }

    /// What the callback for a passphrase is given, and tells.
    private struct Asked {
        var passphrase: [UInt8]?
        var wasAsked = false
    }

    /// The key of a PEM file. `field` leads to the file, `passphraseField` to what opens it.
    convenience init(
        _ file: ConfigFile, passphrase: Secret?, at field: [String], passphraseField: [String]
    ) throws(ConfigurationError) {
        let bytes = try SystemCalls.read(file.path, at: field)
        var asked = Asked(passphrase: passphrase.map { Array($0.value.utf8) })
        defer { OpenSSLErrors.clear() }
        let pointer = unsafe withUnsafeMutablePointer(to: &asked) { asked in
            unsafe withMemoryBIO(bytes) { bio in
                unsafe PEM_read_bio_PrivateKey(bio, nil, Self.answer, asked)
            }
        }
        guard let pointer = unsafe pointer else {
            if asked.wasAsked {
                throw ConfigurationError(
                    at: passphraseField,
                    passphrase == nil
                        ? "\(file): the key is encrypted, and there is no passphrase for it"
                        : "\(file): the passphrase does not open the key")
            }
            let isKey = PEM.labels(bytes).contains { $0.hasSuffix("PRIVATE KEY") }
            throw ConfigurationError(
                at: field,
                isKey
                    ? "\(file): the private key in it cannot be read: it is damaged"
                    : "\(file): no private key in it; \(PEM.found(bytes))")
        }
        unsafe self.init(owning: pointer)
    }

    /// Gives OpenSSL the passphrase; without one it would ask the terminal.
    private static let answer:
        @convention(c) (
            UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?
        ) -> Int32 = { room, size, _, context in
            guard let context = unsafe context, let room = unsafe room else { return -1 }
            let asked = unsafe context.assumingMemoryBound(to: Asked.self)
            unsafe asked.pointee.wasAsked = true
            guard let passphrase = unsafe asked.pointee.passphrase, passphrase.count <= Int(size)
            else { return -1 }
            for (index, byte) in passphrase.enumerated() {
                unsafe room[index] = CChar(bitPattern: byte)
            }
            return Int32(passphrase.count)
        }
}
