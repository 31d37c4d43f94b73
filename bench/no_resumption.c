// Preloaded into wrk, which offers the session of its last connection when it opens the next one:
// forgets that session, so that every handshake is a full one.

#include <dlfcn.h>
#include <stddef.h>

typedef struct ssl_st SSL;

int SSL_set_session(SSL *ssl, void *session);

// wrk calls this between two connections.
int SSL_clear(SSL *ssl) {
    int (*next)(SSL *) = (int (*)(SSL *))dlsym(RTLD_NEXT, "SSL_clear");
    SSL_set_session(ssl, NULL);
    return next(ssl);
}
