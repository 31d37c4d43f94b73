internal import CCrypt
internal import WeirBase

/// The system's hashes for passwords: crypt_r of libxcrypt.
enum Crypt {
    /// Whether `hash`, an entry of a file, was made from `password`. Takes as long as the hash was
    /// made to take, whatever the answer, so not for event loops.
    static func matches(_ password: ByteString, _ hash: ByteString) -> Bool {
        // A NUL would end the password early. Longer ones than this crypt_r refuses.
        guard !password.storage.contains(0), password.count < Int(CRYPT_MAX_PASSPHRASE_SIZE)
        else { return false }
        let phrase = (password.storage + [0]).map { CChar(bitPattern: $0) }
        let setting = (hash.storage + [0]).map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: Int(weir_crypt_size))
        guard unsafe weir_crypt(phrase, setting, &output) == 1 else { return false }
        var difference: CChar = 0
        for index in setting.indices { difference |= setting[index] ^ output[index] }
        return difference == 0
    }
}
