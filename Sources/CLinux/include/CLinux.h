#pragma once

// Not with _GNU_SOURCE, which changes types of the C library: Swift's own module of it comes
// without, and types that differ between two modules are an error as soon as both are loaded.
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

// What Swift cannot call by itself: macros, variadic functions, GNU extensions; and what it cannot
// see reliably: types and anonymous enumerations of the C library that other libraries' headers
// pull in too, as each is then a part of one module only.

// MARK: Threads and limits

/// The calling thread's errno.
static inline int weir_errno(void) { return errno; }

/// The words for an error number, in static memory or in `room`.
const char *weir_error_text(int number, char *room, size_t count);

/// A clock's nanoseconds.
int64_t weir_clock(int clock);

/// Gives the calling thread a name of at most 15 bytes.
void weir_name_thread(const char *name);

/// How many processors the calling thread may run on; 0 when that is unknown.
int weir_usable_processors(void);

/// Binds the calling thread to the `index`-th processor that it may run on; 0 or an error number.
int weir_pin_to_processor(int index);

/// Raises the limit of open descriptors to the most that is allowed; returns the limit, or -1.
long weir_raise_descriptor_limit(void);

// MARK: Files

/// A duplicate of a descriptor that is closed on exec, or -1.
int weir_duplicate(int descriptor);

/// Opens a file for reading, closed on exec; -1 on failure.
int weir_open_for_reading(const char *path);

/// Opens a file for appending, made if it is not there, closed on exec; -1 on failure.
int weir_open_for_appending(const char *path);

/// A file without a name, in memory alone, closed on exec; -1 on failure.
int weir_memory_file(const char *name);

/// What `stat` tells of a file.
struct weir_file {
    uint64_t device, inode, links;
    int64_t size, modified_seconds, modified_nanoseconds;
    bool is_regular;
};

/// Asks about the file at `path`, or about the link itself; 0 or -1.
int weir_look_at_file(const char *path, bool follow, struct weir_file *file);

// MARK: Sockets

/// A new stream socket that does not block and is closed on exec, or -1.
int weir_stream_socket(int family);

/// `connect(2)`.
int weir_connect(int descriptor, const struct sockaddr_storage *address, socklen_t length);

/// `bind(2)`.
int weir_bind(int descriptor, const struct sockaddr_storage *address, socklen_t length);

/// `accept4(2)` for a socket that does not block and is closed on exec.
int weir_accept(int descriptor, struct sockaddr_storage *address, socklen_t *length);

/// `getsockname(2)`.
int weir_local_address(int descriptor, struct sockaddr_storage *address, socklen_t *length);

/// `getpeername(2)`.
int weir_peer_address(int descriptor, struct sockaddr_storage *address, socklen_t *length);

/// Receives one datagram and its sender; the result of `recvfrom(2)`.
ssize_t weir_receive_datagram(
    int descriptor, void *bytes, size_t count, struct sockaddr_storage *peer);

/// Sends one datagram to an IP address; the result of `sendto(2)`.
ssize_t weir_send_datagram(
    int descriptor, const void *bytes, size_t count, const struct sockaddr_storage *peer);
