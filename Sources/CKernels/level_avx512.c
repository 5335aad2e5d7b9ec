// x86-64 with AVX-512: sixteen values at a time, and twice as many registers.
#include "ckernels.h"
#include "levels.h"

#include <stdatomic.h>

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma"))), apply_to = function)
#define CK_LEVEL avx512
#define CK_LANES 16
#define MR 12
#include "kernels/all.h"
#pragma clang attribute pop
#endif
