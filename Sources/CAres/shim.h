#pragma once
// Without _GNU_SOURCE: see CLinux.h.
#include <ares.h>
