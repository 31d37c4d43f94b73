internal import COpenSSL

/// The calling thread's queue of OpenSSL errors.
enum OpenSSLErrors {
    /// An error's place and number.
    struct Entry: Equatable {
        let library: Int32
        let reason: Int32

        /// OpenSSL's words for it.
        var text: String {
            let code = UInt(UInt32(truncatingIfNeeded: library) << 23 | UInt32(reason))
            return unsafe ERR_reason_error_string(code).map { unsafe String(cString: $0) }
                ?? "error \(library):\(reason)"
        }
    }

    /// Takes all errors off the queue, the oldest first.
    static func take() -> [Entry] {
        var entries: [Entry] = []
        while true {
            let code = ERR_get_error()
            if code == 0 { return entries }
            entries.append(
                Entry(library: weir_error_library(code), reason: weir_error_reason(code)))
        }
    }

    /// OpenSSL's words for what verifying a certificate came to.
    static func verification(_ result: Int) -> String {
        unsafe String(cString: X509_verify_cert_error_string(result))
    }

    /// Forgets all errors.
    static func clear() { ERR_clear_error() }

    /// Takes all errors and returns OpenSSL's words for the last, which is the most general.
    static func takeText() -> String { take().last?.text ?? "no reason given" }
}
