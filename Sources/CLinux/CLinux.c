#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "CLinux.h"

#include <sys/mman.h>

const char *weir_error_text(int number, char *room, size_t count) {
    return strerror_r(number, room, count);
}

int64_t weir_clock(int clock) {
    struct timespec time = {0, 0};
    clock_gettime(clock, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

void weir_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int weir_usable_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 0;
    return CPU_COUNT(&set);
}

int weir_pin_to_processor(int index) {
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

long weir_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    if (limit.rlim_cur < limit.rlim_max) {
        struct rlimit raised = {limit.rlim_max, limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    }
    return limit.rlim_cur > LONG_MAX ? LONG_MAX : (long)limit.rlim_cur;
}

int weir_duplicate(int descriptor) {
    return fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
}

int weir_open_for_reading(const char *path) {
    return open(path, O_RDONLY | O_CLOEXEC);
}

int weir_open_for_appending(const char *path) {
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
}

int weir_memory_file(const char *name) {
    return memfd_create(name, MFD_CLOEXEC);
}

int weir_look_at_file(const char *path, bool follow, struct weir_file *file) {
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

int weir_stream_socket(int family) {
    return socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int weir_connect(int descriptor, const struct sockaddr_storage *address, socklen_t length) {
    return connect(descriptor, (const struct sockaddr *)address, length);
}

int weir_bind(int descriptor, const struct sockaddr_storage *address, socklen_t length) {
    return bind(descriptor, (const struct sockaddr *)address, length);
}

int weir_accept(int descriptor, struct sockaddr_storage *address, socklen_t *length) {
    return accept4(
        descriptor, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int weir_local_address(int descriptor, struct sockaddr_storage *address, socklen_t *length) {
    return getsockname(descriptor, (struct sockaddr *)address, length);
}

int weir_peer_address(int descriptor, struct sockaddr_storage *address, socklen_t *length) {
    return getpeername(descriptor, (struct sockaddr *)address, length);
}

ssize_t weir_receive_datagram(
    int descriptor, void *bytes, size_t count, struct sockaddr_storage *peer) {
    socklen_t length = sizeof *peer;
    return recvfrom(descriptor, bytes, count, 0, (struct sockaddr *)peer, &length);
}

ssize_t weir_send_datagram(
    int descriptor, const void *bytes, size_t count, const struct sockaddr_storage *peer) {
    socklen_t length =
        peer->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    return sendto(descriptor, bytes, count, MSG_NOSIGNAL, (const struct sockaddr *)peer, length);
}
