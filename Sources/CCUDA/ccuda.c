#include "ccuda.h"

#define FIND(name)                                        \
    do {                                                  \
        void *found = find(library, #name);               \
        if (!found) return #name;                         \
        __builtin_memcpy(&table->name, &found, sizeof found); \
    } while (0)

const char *cu_find_driver(cu_driver *table, void *(*find)(void *library, const char *name), void *library) {
    FIND(cuInit);
    FIND(cuDriverGetVersion);
    FIND(cuGetErrorName);
    FIND(cuGetErrorString);
    FIND(cuDeviceGetCount);
    FIND(cuDeviceGet);
    FIND(cuDeviceGetName);
    FIND(cuDeviceGetAttribute);
    FIND(cuDeviceTotalMem_v2);
    FIND(cuDevicePrimaryCtxRetain);
    FIND(cuDevicePrimaryCtxRelease_v2);
    FIND(cuCtxSetCurrent);
    FIND(cuMemGetInfo_v2);
    FIND(cuMemAlloc_v2);
    FIND(cuMemFree_v2);
    FIND(cuMemHostAlloc);
    FIND(cuMemFreeHost);
    FIND(cuMemcpyHtoDAsync_v2);
    FIND(cuMemcpyDtoHAsync_v2);
    FIND(cuMemcpyDtoDAsync_v2);
    FIND(cuMemsetD8Async);
    FIND(cuStreamCreate);
    FIND(cuStreamDestroy_v2);
    FIND(cuStreamSynchronize);
    FIND(cuEventCreate);
    FIND(cuEventDestroy_v2);
    FIND(cuEventRecord);
    FIND(cuEventSynchronize);
    FIND(cuModuleLoadData);
    FIND(cuModuleUnload);
    FIND(cuModuleGetFunction);
    FIND(cuFuncSetAttribute);
    FIND(cuLaunchKernelEx);
    FIND(cuStreamBeginCapture_v2);
    FIND(cuStreamEndCapture);
    FIND(cuGraphInstantiateWithFlags);
    FIND(cuGraphLaunch);
    FIND(cuGraphExecDestroy);
    FIND(cuGraphDestroy);
    return NULL;
}

const char *nvrtc_find(nvrtc_library *table, void *(*find)(void *library, const char *name), void *library) {
    FIND(nvrtcVersion);
    FIND(nvrtcGetErrorString);
    FIND(nvrtcGetNumSupportedArchs);
    FIND(nvrtcGetSupportedArchs);
    FIND(nvrtcCreateProgram);
    FIND(nvrtcDestroyProgram);
    FIND(nvrtcCompileProgram);
    FIND(nvrtcGetProgramLogSize);
    FIND(nvrtcGetProgramLog);
    FIND(nvrtcGetCUBINSize);
    FIND(nvrtcGetCUBIN);
    FIND(nvrtcGetPTXSize);
    FIND(nvrtcGetPTX);
    return NULL;
}
