internal import COpenSSL
internal import WeirBase

/// Random bytes that nobody can guess; nil when the system has none.
func randomBytes(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    return unsafe RAND_bytes(&bytes, Int32(count)) == 1 ? bytes : nil
}

/// Encrypts and decrypts tickets for OpenSSL with the keys of the connection's server.
enum TicketCallback {
    /// Fetched once: asking for a cipher by name for each ticket costs more than using it.
    nonisolated(unsafe) private static let cipher = unsafe EVP_CIPHER_fetch(
        nil, "AES-256-CBC", nil)

    /// Returns what OpenSSL expects: 1 for go on, 2 for go on and renew the ticket, 0 for a ticket
    /// that cannot be used, -1 for an error.
    static let answer:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<UInt8>?,
            OpaquePointer?, OpaquePointer?, Int32
        ) -> Int32 = { ssl, name, iv, cipherContext, macContext, isNew in
            guard let keys = unsafe RecordIO.transport(of: ssl)?.server?.ticketKeys,
                let name = unsafe name, let iv = unsafe iv
            else { return isNew == 1 ? -1 : 0 }
            if isNew == 1 {
                guard let key = keys.current(), unsafe RAND_bytes(iv, 16) == 1 else { return -1 }
                for index in 0..<16 { unsafe name[index] = key.name[index] }
                guard unsafe prepare(macContext, key),
                    unsafe EVP_EncryptInit_ex2(cipherContext, cipher, key.cipherKey, iv, nil) == 1
                else { return -1 }
                return 1
            }
            let found = unsafe keys.find(Span(_unsafeStart: name, count: 16))
            guard let (key, isOld) = found, unsafe prepare(macContext, key),
                unsafe EVP_DecryptInit_ex2(cipherContext, cipher, key.cipherKey, iv, nil) == 1
            else { return 0 }
            // A TLS 1.3 ticket is used once and always replaced.
            let isVersion13 = unsafe SSL_version(ssl) == TLS1_3_VERSION
            return isOld || isVersion13 ? 2 : 1
        }

    private static func prepare(_ context: OpaquePointer?, _ key: TicketKeys.Key) -> Bool {
        unsafe weir_mac_use(context, key.macKey, key.macKey.count) == 1
    }
}
