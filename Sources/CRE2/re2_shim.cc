#include "CRE2.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>

struct weir_re2 {
    re2::RE2 pattern;
    weir_re2(const re2::StringPiece &text, const re2::RE2::Options &options)
        : pattern(text, options) {}
};

weir_re2 *weir_re2_compile(
    const char *pattern, size_t length, size_t max_memory, char *error, size_t error_size) {
    re2::RE2::Options options(re2::RE2::Quiet);
    options.set_max_mem(static_cast<int64_t>(max_memory));
    // Bytes, not characters: text that is no UTF-8 must not slip past `.*`, nor must a newline.
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
    options.set_dot_nl(true);
    auto *compiled = new weir_re2(re2::StringPiece(pattern, length), options);
    if (compiled->pattern.ok()) return compiled;
    if (error_size > 0) {
        std::strncpy(error, compiled->pattern.error().c_str(), error_size - 1);
        error[error_size - 1] = 0;
    }
    delete compiled;
    return nullptr;
}

int weir_re2_group_count(const weir_re2 *pattern) {
    return pattern->pattern.NumberOfCapturingGroups();
}

const char *weir_re2_group_name(const weir_re2 *pattern, int index) {
    const auto &names = pattern->pattern.CapturingGroupNames();
    auto found = names.find(index);
    return found == names.end() ? nullptr : found->second.c_str();
}

size_t weir_re2_common_start(const weir_re2 *pattern, uint8_t *start, size_t size) {
    // Every match lies between the two in the order of bytes, so it starts with what they share.
    std::string least, most;
    if (!pattern->pattern.PossibleMatchRange(&least, &most, static_cast<int>(size))) return 0;
    size_t bound = std::min(size, std::min(least.size(), most.size()));
    size_t count = 0;
    while (count < bound && least[count] == most[count]) count++;
    if (count > 0) std::memcpy(start, least.data(), count);
    return count;
}

int weir_re2_full_match(
    const weir_re2 *pattern, const uint8_t *text, size_t length, int32_t *ranges, int groups) {
    re2::StringPiece parts[WEIR_RE2_GROUPS];
    groups = std::min<int>(groups, WEIR_RE2_GROUPS);
    // RE2 marks a group that took no part by a null pointer, so empty text needs another one.
    const char *start = length > 0 ? reinterpret_cast<const char *>(text) : "";
    re2::StringPiece input(start, length);
    if (!pattern->pattern.Match(input, 0, length, re2::RE2::ANCHOR_BOTH, parts, groups)) return 0;
    for (int i = 0; i < groups; i++) {
        if (parts[i].data() == nullptr) {
            ranges[2 * i] = ranges[2 * i + 1] = -1;
        } else {
            ranges[2 * i] = static_cast<int32_t>(parts[i].data() - start);
            ranges[2 * i + 1] = ranges[2 * i] + static_cast<int32_t>(parts[i].size());
        }
    }
    return 1;
}

void weir_re2_free(weir_re2 *pattern) { delete pattern; }
