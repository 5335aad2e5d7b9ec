#include "levels.h"

// Fills `found` with the sets that this machine runs, slowest first.
static int32_t find_levels(const ck_kernels *found[3]) {
    int32_t count = 0;
    found[count++] = &ck_kernels_portable;
#if defined(__x86_64__)
    __builtin_cpu_init();
    bool hasAVX2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (hasAVX2) found[count++] = &ck_kernels_avx2;
    if (hasAVX2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
        found[count++] = &ck_kernels_avx512;
#endif
    return count;
}

int32_t ck_level_count(void) {
    const ck_kernels *found[3];
    return find_levels(found);
}

const ck_kernels *ck_level(int32_t index) {
    const ck_kernels *found[3];
    return index < find_levels(found) ? found[index] : found[0];
}
