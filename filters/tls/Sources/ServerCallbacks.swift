internal import COpenSSL

/// What OpenSSL asks while it reads a client's hello.
enum ServerCallbacks {
    /// Takes the server name (SNI) and chooses the context for it.
    static let name:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<Int32>?, UnsafeMutableRawPointer?
        ) -> Int32 = { ssl, alert, _ in
            guard let transport = unsafe RecordIO.transport(of: ssl),
                let text = unsafe SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)
            else { return SSL_TLSEXT_ERR_NOACK }
            let count = unsafe strlen(text)
            let bytes = unsafe UnsafeRawBufferPointer(start: text, count: count).bytes
            switch transport.choose(Span(_bytes: bytes)) {
            case .context(let context):
                unsafe SSL_set_SSL_CTX(ssl, context.pointer)
                return SSL_TLSEXT_ERR_OK
            case .standard: return SSL_TLSEXT_ERR_OK
            case .unknown: return SSL_TLSEXT_ERR_NOACK
            case .refused:
                unsafe alert?.pointee = SSL_AD_UNRECOGNIZED_NAME
                return SSL_TLSEXT_ERR_ALERT_FATAL
            }
        }

    /// Chooses a protocol (ALPN, RFC 7301): the first of ours that the client speaks.
    static let `protocol`:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
            UnsafeMutablePointer<UInt8>?, UnsafePointer<UInt8>?, UInt32, UnsafeMutableRawPointer?
        ) -> Int32 = { ssl, chosen, chosenCount, offered, offeredCount, _ in
            guard let transport = unsafe RecordIO.transport(of: ssl), let start = unsafe offered
            else { return SSL_TLSEXT_ERR_NOACK }
            let span = unsafe Span(_unsafeStart: start, count: Int(offeredCount))
            guard let range = ProtocolList.choose(span, from: transport.protocols) else {
                return SSL_TLSEXT_ERR_ALERT_FATAL
            }
            unsafe chosen?.pointee = unsafe start + range.lowerBound
            unsafe chosenCount?.pointee = UInt8(range.count)
            return SSL_TLSEXT_ERR_OK
        }

    /// Notes the secrets of version 1.3, by which records are protected after the handshake.
    static let secret: @convention(c) (OpaquePointer?, UnsafePointer<CChar>?) -> Void = {
        ssl, line in
        guard let start = unsafe RecordIO.transport(of: ssl)?.start, let line = unsafe line else {
            return
        }
        let bytes = unsafe UnsafeRawBufferPointer(start: line, count: strlen(line)).bytes
        start.secrets.read(Span(_bytes: bytes))
    }

    /// Staples an OCSP response (RFC 6066, section 8) if there is one for the certificate.
    static let status: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?) -> Int32 = {
        ssl, _ in
        guard let server = unsafe RecordIO.transport(of: ssl)?.server,
            let leaf = unsafe SSL_get_certificate(ssl)
        else { return SSL_TLSEXT_ERR_NOACK }
        unsafe X509_up_ref(leaf)
        guard let staple = unsafe server.staple(of: Certificate(owning: leaf)),
            let memory = unsafe weir_openssl_alloc(staple.count)
        else { return SSL_TLSEXT_ERR_NOACK }
        unsafe staple.withUnsafeBytes { bytes in
            unsafe memory.copyMemory(
                from: bytes.baseAddress.unsafelyUnwrapped, byteCount: bytes.count)
        }
        unsafe weir_ssl_set_staple(ssl, memory, staple.count)
        return SSL_TLSEXT_ERR_OK
    }
}
