// Counts heap allocations of the program it is preloaded into, for bench/allocations.
//
// WEIR_MALLOC_COUNT names a file of `struct record`, which stays mapped: whoever maps it too reads
// the counts while the program runs, and sets `is_tracing` to have the callers kept as well.

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { FRAMES = 12, SITES = 4096 };

/// A chain of callers, the innermost first, and how often it allocated.
struct site {
    _Atomic uint64_t hash;
    _Atomic uint64_t count;
    uint64_t callers[FRAMES];
};

struct record {
    _Atomic uint64_t allocations;
    _Atomic uint64_t is_tracing;
    struct site sites[SITES];
};

// glibc's own, which need no dlsym: that allocates.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static struct record unmapped;
static struct record *record = &unmapped;
static _Thread_local int is_inside __attribute__((tls_model("initial-exec")));

__attribute__((constructor)) static void open_record(void) {
    const char *path = getenv("WEIR_MALLOC_COUNT");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    if (ftruncate(file, sizeof(struct record)) == 0) {
        void *shared =
            mmap(NULL, sizeof(struct record), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (shared != MAP_FAILED) record = shared;
    }
    close(file);
    void *callers[1];
    backtrace(callers, 1);  // loads the unwinder now rather than inside of an allocation
}

/// Open addressing, without locks; two threads may spread one new site over two entries.
static void trace(void) {
    void *callers[FRAMES + 2];
    int count = backtrace(callers, FRAMES + 2) - 2;  // without this function and `note`
    uint64_t hash = 14695981039346656037u;
    for (int index = 0; index < count; index++)
        hash = (hash ^ (uintptr_t)callers[index + 2]) * 1099511628211u;
    for (int step = 0; step < SITES; step++) {
        struct site *site = &record->sites[(hash + step) % SITES];
        uint64_t found = 0;
        if (atomic_compare_exchange_strong(&site->hash, &found, hash | 1)) {
            for (int index = 0; index < count; index++)
                site->callers[index] = (uintptr_t)callers[index + 2];
        } else if (found != (hash | 1)) {
            continue;
        }
        atomic_fetch_add_explicit(&site->count, 1, memory_order_relaxed);
        return;
    }
}

__attribute__((noinline)) static void note(void) {
    atomic_fetch_add_explicit(&record->allocations, 1, memory_order_relaxed);
    if (!atomic_load_explicit(&record->is_tracing, memory_order_relaxed) || is_inside) return;
    is_inside = 1;
    trace();
    is_inside = 0;
}

void *malloc(size_t size) {
    note();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note();
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size) {
    note();
    return __libc_realloc(old, size);
}

void *memalign(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    note();
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0)
        return EINVAL;
    void *memory = __libc_memalign(alignment, size);
    if (!memory) return ENOMEM;
    *result = memory;
    return 0;
}
