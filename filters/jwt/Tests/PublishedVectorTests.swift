import Testing
import WeirBase

@testable import JwtFilter

/// The examples of RFC 7515 (appendix A), RFC 7520 (section 4) and RFC 8037 (appendix A).
@Suite struct PublishedVectorTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        let algorithm: SignatureAlgorithm
        /// Header and payload with a dot in between.
        let signed: String
        let signature: String
        let key: String
        var testDescription: String { name }
    }

    /// RFC 7515, appendix A.1.1.
    private static let claims = #"""
        eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9p\#
        c19yb290Ijp0cnVlfQ
        """#
    /// RFC 7520, section 4.
    private static let payload = #"""
        SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmcgb3V0IHlvdXIgZG9vci4g\#
        WW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwg\#
        dGhlcmXigJlzIG5vIGtub3dpbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4
        """#
    /// RFC 7520, section 3.3.
    private static let hobbitRSA = #"""
        {"kty":"RSA","kid":"bilbo.baggins@hobbiton.example","use":"sig","n":"n4EPtAO\#
        Cc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRojdNhxJWTDvNd7nqQ0VEi\#
        ZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2lbzcEe6XC0dApr5ydQLrHqkHHig3RBor\#
        daZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6cS6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg\#
        8lhzwOHrtIQbS0FVbb9k3-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3_\#
        _kRhuaxwUkRz5iaiQkqgc5gHdrNP5zw","e":"AQAB"}
        """#

    static let vectors = [
        Vector(
            name: "RFC 7515 A.2", algorithm: .rs256,
            signed: "eyJhbGciOiJSUzI1NiJ9." + claims,
            signature: #"""
                cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuH\#
                Im4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdi\#
                uB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN\#
                9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2\#
                w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77\#
                Rw
                """#,
            key: #"""
                {"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8\#
                W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1\#
                W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexM\#
                dbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh\#
                9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PA\#
                cDTW9gb54h4FRWyuXpoQ","e":"AQAB"}
                """#),
        Vector(
            name: "RFC 7515 A.3", algorithm: .es256,
            signed: "eyJhbGciOiJFUzI1NiJ9." + claims,
            signature: #"""
                DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQ\#
                xfKTUJqPP3-Kg6NU1Q
                """#,
            key: #"""
                {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uP\#
                HvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}
                """#),
        Vector(
            name: "RFC 7515 A.4", algorithm: .es512,
            signed: "eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA",
            signature: #"""
                AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2\#
                SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqO\#
                gzDO7iKvU8vcnwNrmxYbSW9ERBXukOXolLzeO_Jn
                """#,
            key: #"""
                {"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06\#
                wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1\#
                DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubm\#
                f63e3kyMj2"}
                """#),
        Vector(
            name: "RFC 7520 4.1", algorithm: .rs256,
            signed: "eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9."
                + payload,
            signature: #"""
                MRjdkly7_-oTPTS3AXP41iQIGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM\#
                1O2U4mwzJdQx996ivp83xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWR\#
                a-XtL0RnltuYv746iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnH\#
                XFxnt8Is9UzpERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KL\#
                UQSE_oI-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDqu\#
                Dg
                """#,
            key: hobbitRSA),
        Vector(
            name: "RFC 7520 4.2", algorithm: .ps384,
            signed: "eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9."
                + payload,
            signature: #"""
                cu22eBqkYDKgIlTpzDXGvaFfz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tP\#
                id6VrklHkqsGqDqHCdP6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8b\#
                iiReQFlfz28zGWVsdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrx\#
                UeT3lm8d9shnr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlq\#
                RHtfa64QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72E\#
                aw
                """#,
            key: hobbitRSA),
        Vector(
            name: "RFC 7520 4.3", algorithm: .es512,
            signed: "eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhhbXBsZSJ9."
                + payload,
            signature: #"""
                AE_R_YZCChjn4791jSQCrdPZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon\#
                7KRTzoNEuT4Va2cmL1eJAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2pu\#
                Qens_IEKBpHABlsbEPX6sFY8OcGDqoRuBomu9xQ2
                """#,
            key: #"""
                {"kty":"EC","kid":"bilbo.baggins@hobbiton.example","use":"sig","crv"\#
                :"P-521","x":"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9\#
                A5RkTKqjqvjyekWF-7ytDyRXYgCF5cj0Kt","y":"AdymlHvOiLxXkEhayXQnNCvDX4h\#
                9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgDPrwQrJmbnX9cwlGfP-HqHZR1"}
                """#),
        Vector(
            name: "RFC 8037 A.4", algorithm: .edDSA,
            signed: "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
            signature: #"""
                hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsP\#
                t9g7sVvpAr_MuM0KAg
                """#,
            key: #"""
                {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrw\#
                IaaPcHURo"}
                """#),
    ]

    @Test(arguments: vectors)
    func signaturesAreVerified(_ vector: Vector) throws {
        let key = try webKey(vector.key)
        let message = Array(vector.signed.utf8)
        let signature = try #require(fromBase64URL(vector.signature))
        #expect(key.isSigned(message, signature, vector.algorithm))
        for index in [0, message.count / 2, message.count - 1] {
            var other = message
            other[index] ^= 1
            #expect(!key.isSigned(other, signature, vector.algorithm))
        }
        for index in [0, signature.count / 2, signature.count - 1] {
            var other = signature
            other[index] ^= 1
            #expect(!key.isSigned(message, other, vector.algorithm))
        }
        for other in SignatureAlgorithm.allCases
        where other != vector.algorithm && !(other == .ed25519 && vector.algorithm == .edDSA) {
            #expect(!key.isSigned(message, signature, other), "by \(other)")
        }
    }

    /// RFC 7515, appendix A.1, and RFC 7520, section 4.4.
    @Test(arguments: [
        (
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + claims,
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
        ),
        (
            "eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVlZjMxNGJjNzAzNyJ9."
                + payload,
            "s0h6KThzkfBBBkLspW1h84VsJZFTsPPqMDA7g1Md7p0",
            "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"
        ),
    ])
    func secretsAuthenticate(_ signed: String, _ code: String, _ secret: String) throws {
        let message = Array(signed.utf8)
        let secret = try #require(fromBase64URL(secret))
        var bytes = try #require(fromBase64URL(code))
        #expect(Digest.sha256.isCode(bytes, of: message, key: secret))
        #expect(!Digest.sha384.isCode(bytes, of: message, key: secret))
        #expect(!Digest.sha256.isCode(bytes, of: message, key: [0] + secret))
        #expect(!Digest.sha256.isCode(Array(bytes[1...]), of: message, key: secret))
        bytes[31] ^= 1
        #expect(!Digest.sha256.isCode(bytes, of: message, key: secret))
    }

    /// RFC 7515, appendix A.5: a token without a signature.
    @Test func whatIsNotSignedIsRefused() {
        for signature in ["", "AA"] {
            let text = Array("eyJhbGciOiJub25lIn0.\(Self.claims).\(signature)".utf8)
            #expect(throws: TokenProblem.unsupportedAlgorithm) { _ = try CompactToken(text.span) }
        }
    }
}
