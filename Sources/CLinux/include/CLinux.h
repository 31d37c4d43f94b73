#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

// What Swift cannot call by itself: macros, variadic functions, glibc's transparent unions for socket
// addresses; and what it cannot see reliably: types and anonymous enumerations of the C library
// that other libraries' headers pull in too, as each is then a part of one module only.

/// The calling thread's errno.
static inline int weir_errno(void) { return errno; }

/// A duplicate of a descriptor that is closed on exec, or -1.
static inline int weir_duplicate(int descriptor) {
    return fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

/// Opens a file for reading, closed on exec; -1 on failure.
static inline int weir_open_for_reading(const char *path) {
    return open(path, O_RDONLY | O_CLOEXEC);
}

/// Opens a file for appending, made if it is not there, closed on exec; -1 on failure.
static inline int weir_open_for_appending(const char *path) {
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

/// How many processors the calling thread may run on; 0 when that is unknown.
static inline int weir_usable_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    return CPU_COUNT(&set);
}

/// Binds the calling thread to the `index`-th processor that it may run on; 0 or an error number.
static inline int weir_pin_to_processor(int index) {
    cpu_set_t usable, one;
    if (sched_getaffinity(0, sizeof usable, &usable) != 0) return errno;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &usable) || index-- > 0) continue;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        return pthread_setaffinity_np(pthread_self(), sizeof one, &one);
    }
    return EINVAL;
}

static inline int weir_connect(
    int descriptor, const struct sockaddr_storage *address, socklen_t length) {
    return connect(descriptor, (const struct sockaddr *)address, length);
}

static inline int weir_bind(
    int descriptor, const struct sockaddr_storage *address, socklen_t length) {
    return bind(descriptor, (const struct sockaddr *)address, length);
}

static inline int weir_accept(
    int descriptor, struct sockaddr_storage *address, socklen_t *length) {
    return accept4(
        descriptor, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

static inline int weir_local_address(
    int descriptor, struct sockaddr_storage *address, socklen_t *length) {
    return getsockname(descriptor, (struct sockaddr *)address, length);
}

static inline int weir_peer_address(
    int descriptor, struct sockaddr_storage *address, socklen_t *length) {
    return getpeername(descriptor, (struct sockaddr *)address, length);
}

/// Raises the limit of open descriptors to the most that is allowed; returns the limit, or -1.
static inline long weir_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    if (limit.rlim_cur < limit.rlim_max) {
        struct rlimit raised = {limit.rlim_max, limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    }
    return limit.rlim_cur > LONG_MAX ? LONG_MAX : (long)limit.rlim_cur;
}

/// A new stream socket that does not block and is closed on exec, or -1.
static inline int weir_stream_socket(int family) {
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/// A clock's nanoseconds.
static inline int64_t weir_clock(int clock) {
    struct timespec time = {0, 0};
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/// What `stat` tells of a file.
struct weir_file {
    uint64_t device, inode, links;
    int64_t size, modified_seconds, modified_nanoseconds;
    bool is_regular;
};

/// Asks about the file at `path`, or about the link itself; 0 or -1.
static inline int weir_look_at_file(const char *path, bool follow, struct weir_file *file) {
    struct stat status;
    int result = follow ? stat(path, &status) : lstat(path, &status);
    if (result == 0) {
        file->device = status.st_dev;
        file->inode = status.st_ino;
        file->links = status.st_nlink;
        file->size = status.st_size;
        file->modified_seconds = status.st_mtim.tv_sec;
        file->modified_nanoseconds = status.st_mtim.tv_nsec;
        file->is_regular = S_ISREG(status.st_mode);
    }
    return result;
}

/// Receives one datagram and its sender; the result of `recvfrom`.
static inline ssize_t weir_receive_datagram(
    int descriptor, void *bytes, size_t count, struct sockaddr_storage *peer) {
    socklen_t length = sizeof *peer;
    return recvfrom(descriptor, bytes, count, 0, (struct sockaddr *)peer, &length);
}

/// Sends one datagram to an IP address; the result of `sendto`.
static inline ssize_t weir_send_datagram(
    int descriptor, const void *bytes, size_t count, const struct sockaddr_storage *peer) {
    socklen_t length =
        peer->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    return sendto(descriptor, bytes, count, MSG_NOSIGNAL, (const struct sockaddr *)peer, length);
}
