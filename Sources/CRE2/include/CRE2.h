// A C face for RE2: patterns that run in time linear in the input, whatever an outsider sends.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weir_re2 weir_re2;

/// How many groups a match can report, the whole match included.
enum { WEIR_RE2_GROUPS = 17 };

/// Compiles a pattern over bytes, in which `.` is any byte. `max_memory` bounds the bytes that
/// the compiled pattern and its caches take. Returns NULL and writes a message (cut to
/// `error_size`) when it is invalid or too large.
weir_re2 *weir_re2_compile(
    const char *pattern, size_t length, size_t max_memory, char *error, size_t error_size);

/// How many capturing groups the pattern has.
int weir_re2_group_count(const weir_re2 *pattern);

/// The name of group `index` (from 1), or NULL. Valid as long as the pattern.
const char *weir_re2_group_name(const weir_re2 *pattern, int index);

/// Writes the bytes that every matching text begins with, at most `size` of them, and returns
/// how many they are. There may be more than it finds; 0 is always right.
size_t weir_re2_common_start(const weir_re2 *pattern, uint8_t *start, size_t size);

/// Matches the whole text. Writes [start, end) pairs of up to `groups` groups, group 0 first,
/// -1 where a group took no part. Returns 1 on a match. Safe to call from several threads.
int weir_re2_full_match(
    const weir_re2 *pattern, const uint8_t *text, size_t length, int32_t *ranges, int groups);

void weir_re2_free(weir_re2 *pattern);

#ifdef __cplusplus
}
#endif
