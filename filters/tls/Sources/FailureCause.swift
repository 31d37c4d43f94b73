internal import COpenSSL
internal import WeirFilter

/// Finds out from OpenSSL's errors why a handshake failed.
struct FailureCause {
    let failure: HandshakeFailure

    init(_ transport: TlsTransport, _ session: SessionHandle) {
        let errors = OpenSSLErrors.take()
        let isServer = transport.server != nil
        if let refusal = transport.start?.refusal {
            failure = HandshakeFailure(refusal, detail: transport.start?.serverName ?? "")
            return
        }
        let tls = errors.first { $0.library == ERR_LIB_SSL }
        let reason = tls?.reason ?? 0
        let detail = (tls ?? errors.last)?.text ?? ""
        if reason == SSL_R_CERTIFICATE_VERIFY_FAILED {
            failure = Self.verification(session.verification, isServer: isServer)
        } else if reason > SSL_AD_REASON_OFFSET {
            let number = reason - SSL_AD_REASON_OFFSET
            let cause = isServer ? Self.alert(number) : Self.upstreamAlert(number)
            failure = HandshakeFailure(cause, detail: detail)
        } else if !isServer && reason == SSL_R_WRONG_VERSION_NUMBER {
            failure = HandshakeFailure("tls_not_tls", detail: detail)
        } else {
            failure = HandshakeFailure(Self.cause(reason), detail: detail)
        }
    }

    /// What an endpoint's alert means for us.
    private static func upstreamAlert(_ number: Int32) -> StaticString {
        switch number {
        case SSL_AD_PROTOCOL_VERSION: "tls_unsupported_version"
        case TLS1_AD_NO_APPLICATION_PROTOCOL: "tls_no_shared_protocol"
        default: "tls_upstream_alert"
        }
    }

    /// What a client's alert (RFC 8446, section 6.2) means for us.
    private static func alert(_ number: Int32) -> StaticString {
        switch number {
        case TLS1_AD_UNKNOWN_CA: "tls_alert_unknown_ca"
        case SSL_AD_BAD_CERTIFICATE, SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_CERTIFICATE_EXPIRED,
            SSL_AD_UNSUPPORTED_CERTIFICATE, SSL_AD_CERTIFICATE_REVOKED:
            "tls_alert_bad_certificate"
        default: "tls_alert_other"
        }
    }

    private static func cause(_ reason: Int32) -> StaticString {
        switch reason {
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_UNKNOWN_PROTOCOL,
            SSL_R_WRONG_SSL_VERSION, SSL_R_INAPPROPRIATE_FALLBACK, SSL_R_NO_PROTOCOLS_AVAILABLE:
            "tls_unsupported_version"
        case SSL_R_NO_SHARED_CIPHER, SSL_R_NO_SUITABLE_KEY_SHARE, SSL_R_NO_SHARED_GROUPS,
            SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
            "tls_no_shared_cipher"
        case SSL_R_NO_APPLICATION_PROTOCOL: "tls_no_shared_protocol"
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: "tls_no_client_certificate"
        case SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST: "tls_plain_http"
        case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, SSL_R_BAD_RECORD_TYPE,
            SSL_R_WRONG_VERSION_NUMBER, SSL_R_RECORD_LENGTH_MISMATCH, SSL_R_DATA_LENGTH_TOO_LONG,
            SSL_R_ENCRYPTED_LENGTH_TOO_LONG, SSL_R_PACKET_LENGTH_TOO_LONG,
            SSL_R_UNEXPECTED_MESSAGE, SSL_R_UNEXPECTED_RECORD, SSL_R_LENGTH_MISMATCH,
            SSL_R_BAD_EXTENSION, SSL_R_BAD_LENGTH, SSL_R_RECORD_TOO_SMALL:
            "tls_bad_record"
        default: "tls_internal"
        }
    }

    /// Why the peer's certificate is not good.
    static func verification(_ result: Int, isServer: Bool) -> HandshakeFailure {
        let detail = OpenSSLErrors.verification(result)
        let cause: StaticString
        switch Int32(truncatingIfNeeded: result) {
        case X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_CERT_NOT_YET_VALID:
            cause = isServer ? "tls_client_certificate_expired" : "tls_certificate_expired"
        case X509_V_ERR_CERT_REVOKED:
            cause = isServer ? "tls_client_certificate_revoked" : "tls_certificate_revoked"
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            cause = "tls_name_mismatch"
        default:
            cause = isServer ? "tls_bad_client_certificate" : "tls_unknown_authority"
        }
        return HandshakeFailure(cause, detail: detail)
    }
}
