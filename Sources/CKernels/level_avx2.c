// x86-64 with AVX2, FMA and F16C: eight values at a time.
#include "ckernels.h"
#include "levels.h"

#include <stdatomic.h>

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#define CK_LEVEL avx2
#define CK_LANES 8
#define MR 6
#include "kernels/all.h"
#pragma clang attribute pop
#endif
