#pragma once
// Without _GNU_SOURCE: see CLinux.h.
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <nghttp2/nghttp2.h>

// OpenSSL's SHA-1, which WebSocket's handshake asks for (RFC 6455, section 4.2.2). Declared here,
// so that HTTP/2 needs no more of OpenSSL than this.
unsigned char *SHA1(const unsigned char *data, size_t count, unsigned char *digest);
