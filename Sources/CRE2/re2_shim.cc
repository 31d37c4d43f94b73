#include "CRE2.h"

#include <re2/re2.h>

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
    options.set_encoding(re2::RE2::Options::EncodingLatin1);
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

int weir_re2_full_match(
    const weir_re2 *pattern, const uint8_t *text, size_t length, int32_t *ranges, int groups) {
    constexpr int limit = 17;
    re2::StringPiece parts[limit];
    if (groups > limit) groups = limit;
    const char *start = reinterpret_cast<const char *>(text);
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
