#pragma once
// Without _GNU_SOURCE: see CLinux.h.
#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// OpenSSL writes much of its interface as macros, which Swift does not see.

// MARK: Contexts

/// What every context has: buffers are let go of while they are empty, no chain is made up from the
/// trusted certificates, writes may be repeated from another place; no compression (CRIME), no
/// renegotiation, the server's order of ciphers but for clients without AES in hardware.
static inline void weir_ctx_set_basics(SSL_CTX *ctx) {
    SSL_CTX_set_mode(
        ctx,
        SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(
        ctx,
        SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE
            | SSL_OP_PRIORITIZE_CHACHA);
}

static inline void weir_ctx_refuse_tickets(SSL_CTX *ctx) {
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(ctx, 0);
}

static inline int weir_ctx_set_versions(SSL_CTX *ctx, int lowest, int highest) {
    return SSL_CTX_set_min_proto_version(ctx, lowest)
        && SSL_CTX_set_max_proto_version(ctx, highest);
}

static inline int weir_ctx_set_groups(SSL_CTX *ctx, const char *list) {
    return (int)SSL_CTX_set1_groups_list(ctx, list);
}

static inline void weir_ctx_set_cache_mode(SSL_CTX *ctx, long mode) {
    SSL_CTX_set_session_cache_mode(ctx, mode);
}

/// Adds a certificate behind the one that was set last.
static inline int weir_ctx_add_chain(SSL_CTX *ctx, X509 *certificate) {
    return (int)SSL_CTX_add1_chain_cert(ctx, certificate);
}

static inline void weir_ctx_on_server_name(
    SSL_CTX *ctx, int (*callback)(SSL *, int *, void *), void *argument) {
    SSL_CTX_set_tlsext_servername_callback(ctx, callback);
    SSL_CTX_set_tlsext_servername_arg(ctx, argument);
}

static inline void weir_ctx_on_status_request(
    SSL_CTX *ctx, int (*callback)(SSL *, void *), void *argument) {
    SSL_CTX_set_tlsext_status_cb(ctx, callback);
    SSL_CTX_set_tlsext_status_arg(ctx, argument);
}

static inline void weir_ctx_on_ticket(
    SSL_CTX *ctx,
    int (*callback)(
        SSL *, unsigned char *, unsigned char *, EVP_CIPHER_CTX *, EVP_MAC_CTX *, int)) {
    SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, callback);
}

static inline void *weir_ctx_owner(const SSL_CTX *ctx) { return SSL_CTX_get_app_data(ctx); }

// MARK: Connections

static inline int weir_ssl_set_host(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

/// Hands over `response`, which was allocated by OpenSSL.
static inline void weir_ssl_set_staple(SSL *ssl, void *response, long count) {
    SSL_set_tlsext_status_ocsp_resp(ssl, response, count);
}

/// Asks for a stapled response, and looks at the one that came: its size, or -1 for none.
static inline void weir_ctx_ask_status(SSL_CTX *ctx) {
    SSL_CTX_set_tlsext_status_type(ctx, TLSEXT_STATUSTYPE_ocsp);
}
static inline long weir_ssl_staple(SSL *ssl, const unsigned char **start) {
    return SSL_get_tlsext_status_ocsp_resp(ssl, start);
}

/// How many sessions a context holds.
static inline long weir_ctx_sessions(SSL_CTX *ctx) { return SSL_CTX_sess_number(ctx); }

static inline X509 *weir_ssl_peer(const SSL *ssl) { return SSL_get0_peer_certificate(ssl); }

// MARK: Memory and stacks

static inline void *weir_openssl_alloc(size_t count) { return OPENSSL_malloc(count); }
static inline void weir_openssl_free(void *memory) { OPENSSL_free(memory); }

static inline void weir_bio_want_read(BIO *bio) { BIO_set_retry_read(bio); }
static inline void weir_bio_want_nothing(BIO *bio) { BIO_clear_retry_flags(bio); }

static inline long weir_bio_memory(BIO *bio, char **start) { return BIO_get_mem_data(bio, start); }

static inline int weir_names_count(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}

/// The kind (GEN_DNS, GEN_URI, GEN_EMAIL, GEN_IPADD) and bytes of a name; -1 for other kinds.
static inline int weir_name_at(
    const GENERAL_NAMES *names, int index, const unsigned char **bytes, int *count) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    const ASN1_STRING *text;
    switch (name->type) {
    case GEN_DNS: text = name->d.dNSName; break;
    case GEN_URI: text = name->d.uniformResourceIdentifier; break;
    case GEN_EMAIL: text = name->d.rfc822Name; break;
    case GEN_IPADD: text = name->d.iPAddress; break;
    default: return -1;
    }
    *bytes = ASN1_STRING_get0_data(text);
    *count = ASN1_STRING_length(text);
    return name->type;
}

/// Writes a distinguished name as RFC 2253 has it, with control characters escaped.
static inline void weir_print_name(BIO *bio, const X509_NAME *name) {
    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
}

static inline void weir_names_free(GENERAL_NAMES *names) { GENERAL_NAMES_free(names); }

// MARK: Errors

static inline int weir_error_library(unsigned long code) { return ERR_GET_LIB(code); }
static inline int weir_error_reason(unsigned long code) { return ERR_GET_REASON(code); }

// MARK: Keys

enum { weir_utf8_text = MBSTRING_UTF8 };

static inline EVP_PKEY *weir_new_p256_key(void) { return EVP_EC_gen("P-256"); }
static inline EVP_PKEY *weir_new_rsa_key(size_t bits) { return EVP_RSA_gen(bits); }

/// Makes a message authentication code HMAC with SHA-256 under `key`.
static inline int weir_mac_use(EVP_MAC_CTX *mac, const unsigned char *key, size_t count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key, count),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_MAC_CTX_set_params(mac, parameters);
}

static inline EVP_PKEY *weir_public_key(const char *type, OSSL_PARAM *parameters) {
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (context && EVP_PKEY_fromdata_init(context) == 1)
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
    EVP_PKEY_CTX_free(context);
    return key;
}

/// An RSA key; its numbers as the machine keeps them.
static inline EVP_PKEY *weir_rsa_public_key(
    const unsigned char *modulus, size_t modulus_count, const unsigned char *exponent,
    size_t exponent_count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, (unsigned char *)modulus, modulus_count),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_E, (unsigned char *)exponent, exponent_count),
        OSSL_PARAM_construct_end(),
    };
    return weir_public_key("RSA", parameters);
}

/// The key of a point, in the form without compression, of a curve.
static inline EVP_PKEY *weir_ec_public_key(
    const char *curve, const unsigned char *point, size_t count) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)curve, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)point, count),
        OSSL_PARAM_construct_end(),
    };
    return weir_public_key("EC", parameters);
}
