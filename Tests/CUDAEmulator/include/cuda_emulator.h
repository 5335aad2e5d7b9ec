// A CUDA driver and an NVRTC that run Sotto's kernels on the CPU, for tests.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The function of that name, as dlsym gives it; `library` is not looked at.
void *emulated_symbol(void *library, const char *name);

/// Runs the threads of a block backward on this thread from now on, or forward again: values that change with it
/// show a missing barrier.
void emulated_set_backward(int isBackward);

/// Makes matrix instructions on this thread wrong, or right again.
void emulated_set_wrong(int isWrong);

/// Refuses graphs whose kernels may overlap, as drivers before CUDA 12.3 do, on this thread; or takes them again.
void emulated_set_refuses_overlap(int refuses);

/// How often a recorded graph was launched on this thread.
int64_t emulated_replays(void);

/// Bytes of a device's memory that are in use, in all threads.
int64_t emulated_bytes_in_use(int device);

/// Makes allocations on a device fail beyond this many bytes in all; 0 for no limit.
void emulated_set_memory(int device, int64_t byteCount);

/// How often memory was refused, in all threads.
int64_t emulated_refusals(void);

#ifdef __cplusplus
}
#endif
