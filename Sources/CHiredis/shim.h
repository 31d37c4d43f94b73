#pragma once
// Without _GNU_SOURCE: see CLinux.h. Only the reader of replies: sockets are the gateway's own.
#include <stddef.h>
#include <stdint.h>

#include <hiredis/read.h>
