// The set that runs everywhere: four values at a time, which is one NEON or SSE register.
#include "ckernels.h"
#include "levels.h"

#include <stdatomic.h>

#define CK_LEVEL portable
#define CK_LANES 4
#if defined(__aarch64__)
#define MR 8
#else
#define MR 6
#endif
#include "kernels/all.h"
