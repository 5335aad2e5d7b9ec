// OpenCC's header, and as functions what Swift cannot import.
#pragma once
#include <opencc/opencc.h>
#include <stdint.h>

// What OpenCC answers instead of a converter or a text when it fails.
static inline int sotto_opencc_failed(const void *answer) {
    return answer == 0 || (intptr_t)answer == -1;
}
