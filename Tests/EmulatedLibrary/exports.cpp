// The emulated driver and compiler under the names that the real libraries export, so that programs can open them:
// scripts/emulated-gpu.sh builds libcuda.so.1 and libnvrtc.so.12 of it.
#include "cuda_emulator.h"

#define NAMES(X)                                                                                                       \
    X(cuInit) X(cuDriverGetVersion) X(cuGetErrorName) X(cuGetErrorString) X(cuDeviceGetCount) X(cuDeviceGet)           \
    X(cuDeviceGetName) X(cuDeviceGetAttribute) X(cuDeviceTotalMem_v2) X(cuDevicePrimaryCtxRetain)                      \
    X(cuDevicePrimaryCtxRelease_v2) X(cuCtxSetCurrent) X(cuMemGetInfo_v2) X(cuMemAlloc_v2) X(cuMemFree_v2)             \
    X(cuMemHostAlloc) X(cuMemFreeHost) X(cuMemcpyHtoDAsync_v2) X(cuMemcpyDtoHAsync_v2) X(cuMemcpyDtoDAsync_v2)         \
    X(cuEventCreate) X(cuEventDestroy_v2) X(cuEventRecord) X(cuEventSynchronize)                                       \
    X(cuMemsetD8Async) X(cuStreamCreate) X(cuStreamDestroy_v2) X(cuStreamSynchronize) X(cuModuleLoadData)              \
    X(cuModuleUnload) X(cuModuleGetFunction) X(cuFuncSetAttribute) X(cuLaunchKernelEx) X(cuStreamBeginCapture_v2)      \
    X(cuStreamEndCapture) X(cuGraphInstantiateWithFlags) X(cuGraphLaunch) X(cuGraphExecDestroy) X(cuGraphDestroy)      \
    X(nvrtcVersion) X(nvrtcGetErrorString) X(nvrtcGetNumSupportedArchs) X(nvrtcGetSupportedArchs)                      \
    X(nvrtcCreateProgram) X(nvrtcDestroyProgram) X(nvrtcCompileProgram) X(nvrtcGetProgramLogSize)                      \
    X(nvrtcGetProgramLog) X(nvrtcGetCUBINSize) X(nvrtcGetCUBIN) X(nvrtcGetPTXSize) X(nvrtcGetPTX)

// Each name jumps to the function that the emulator has under it, whatever its parameters.
#if defined(__x86_64__)
#define JUMP(name) asm(".globl " #name "\n" #name ":\n jmp *target_" #name "(%rip)\n");
#else
#define JUMP(name) \
    asm(".globl " #name "\n" #name ":\n adrp x16, target_" #name "\n ldr x16, [x16, :lo12:target_" #name "]\n br x16\n");
#endif
#define TARGET(name) __attribute__((visibility("hidden"), used)) void *target_##name = emulated_symbol(nullptr, #name);

extern "C" {
NAMES(TARGET)
}
NAMES(JUMP)
