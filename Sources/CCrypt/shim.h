#pragma once
// Without _GNU_SOURCE: see CLinux.h.
#include <crypt.h>
#include <stdlib.h>
#include <string.h>

enum { weir_crypt_size = CRYPT_OUTPUT_SIZE };

/// Hashes `phrase` as `setting` says, into `output` of `weir_crypt_size` bytes; 0 when it cannot.
/// What crypt_r has worked with is wiped.
static inline int weir_crypt(const char *phrase, const char *setting, char *output) {
    struct crypt_data *data = (struct crypt_data *)calloc(1, sizeof *data);
    if (!data) return 0;
    const char *hash = crypt_r(phrase, setting, data);
    int isGood = hash && hash[0] != '*';
    if (isGood) memcpy(output, hash, strlen(hash) + 1);
    explicit_bzero(data, sizeof *data);
    free(data);
    return isGood;
}
