// The part of CUDA's driver interface and of NVRTC that Sotto uses, and the parameters of its kernels.
//
// Written from NVIDIA's public documentation of the driver API (12.0 and newer) and of NVRTC, so that no toolkit is
// needed to build. Functions are found at run time; the names are the ones that the libraries export.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef int32_t cu_result;
typedef int32_t cu_device;
typedef uint64_t cu_pointer;
typedef struct cu_context_of *cu_context;
typedef struct cu_module_of *cu_module;
typedef struct cu_function_of *cu_function;
typedef struct cu_stream_of *cu_stream;
typedef struct cu_event_of *cu_event;
typedef struct cu_graph_of *cu_graph;
typedef struct cu_graph_exec_of *cu_graph_exec;

enum {
    CU_SUCCESS = 0,
    CU_OUT_OF_MEMORY = 2,
    CU_NO_DEVICE = 100,
    CU_DEVICE_MULTIPROCESSORS = 16,
    CU_DEVICE_MAJOR = 75,
    CU_DEVICE_MINOR = 76,
    CU_DEVICE_PAGEABLE_MEMORY_ACCESS = 88,
    CU_STREAM_NON_BLOCKING = 1,
    CU_EVENT_BLOCKING_SYNC = 1,
    CU_EVENT_DISABLE_TIMING = 2,
    CU_FUNCTION_DYNAMIC_SHARED_BYTES = 8,
    CU_CAPTURE_THREAD_LOCAL = 1,
    CU_LAUNCH_PROGRAMMATIC_SERIALIZATION = 6,
};

// CUlaunchAttribute: an id, four bytes of padding, a value of 64 bytes.
typedef struct {
    int32_t id;
    int32_t padding;
    int32_t value[16];
} cu_launch_attribute;

// CUlaunchConfig.
typedef struct {
    uint32_t gridX, gridY, gridZ;
    uint32_t blockX, blockY, blockZ;
    uint32_t sharedBytes;
    cu_stream stream;
    cu_launch_attribute *attributes;
    uint32_t attributeCount;
} cu_launch_config;

// The functions of libcuda.so.1, by their names there.
typedef struct {
    cu_result (*cuInit)(uint32_t flags);
    cu_result (*cuDriverGetVersion)(int32_t *version);
    cu_result (*cuGetErrorName)(cu_result, const char **);
    cu_result (*cuGetErrorString)(cu_result, const char **);
    cu_result (*cuDeviceGetCount)(int32_t *);
    cu_result (*cuDeviceGet)(cu_device *, int32_t ordinal);
    cu_result (*cuDeviceGetName)(char *, int32_t length, cu_device);
    cu_result (*cuDeviceGetAttribute)(int32_t *, int32_t attribute, cu_device);
    cu_result (*cuDeviceTotalMem_v2)(size_t *, cu_device);
    cu_result (*cuDevicePrimaryCtxRetain)(cu_context *, cu_device);
    cu_result (*cuDevicePrimaryCtxRelease_v2)(cu_device);
    cu_result (*cuCtxSetCurrent)(cu_context);
    cu_result (*cuMemGetInfo_v2)(size_t *available, size_t *total);
    cu_result (*cuMemAlloc_v2)(cu_pointer *, size_t);
    cu_result (*cuMemFree_v2)(cu_pointer);
    cu_result (*cuMemHostAlloc)(void **, size_t, uint32_t flags);
    cu_result (*cuMemFreeHost)(void *);
    cu_result (*cuMemcpyHtoDAsync_v2)(cu_pointer, const void *, size_t, cu_stream);
    cu_result (*cuMemcpyDtoHAsync_v2)(void *, cu_pointer, size_t, cu_stream);
    cu_result (*cuMemcpyDtoDAsync_v2)(cu_pointer, cu_pointer, size_t, cu_stream);
    cu_result (*cuMemsetD8Async)(cu_pointer, unsigned char, size_t, cu_stream);
    cu_result (*cuStreamCreate)(cu_stream *, uint32_t flags);
    cu_result (*cuStreamDestroy_v2)(cu_stream);
    cu_result (*cuStreamSynchronize)(cu_stream);
    cu_result (*cuEventCreate)(cu_event *, uint32_t flags);
    cu_result (*cuEventDestroy_v2)(cu_event);
    cu_result (*cuEventRecord)(cu_event, cu_stream);
    cu_result (*cuEventSynchronize)(cu_event);
    cu_result (*cuModuleLoadData)(cu_module *, const void *);
    cu_result (*cuModuleUnload)(cu_module);
    cu_result (*cuModuleGetFunction)(cu_function *, cu_module, const char *);
    cu_result (*cuFuncSetAttribute)(cu_function, int32_t attribute, int32_t value);
    cu_result (*cuLaunchKernelEx)(const cu_launch_config *, cu_function, void **parameters, void **extra);
    cu_result (*cuStreamBeginCapture_v2)(cu_stream, int32_t mode);
    cu_result (*cuStreamEndCapture)(cu_stream, cu_graph *);
    cu_result (*cuGraphInstantiateWithFlags)(cu_graph_exec *, cu_graph, unsigned long long flags);
    cu_result (*cuGraphLaunch)(cu_graph_exec, cu_stream);
    cu_result (*cuGraphExecDestroy)(cu_graph_exec);
    cu_result (*cuGraphDestroy)(cu_graph);
} cu_driver;

typedef struct nvrtc_program_of *nvrtc_program;

// The functions of libnvrtc.
typedef struct {
    int32_t (*nvrtcVersion)(int32_t *major, int32_t *minor);
    const char *(*nvrtcGetErrorString)(int32_t);
    int32_t (*nvrtcGetNumSupportedArchs)(int32_t *);
    int32_t (*nvrtcGetSupportedArchs)(int32_t *);
    int32_t (*nvrtcCreateProgram)(nvrtc_program *, const char *source, const char *name, int32_t headerCount,
                                  const char *const *headers, const char *const *headerNames);
    int32_t (*nvrtcDestroyProgram)(nvrtc_program *);
    int32_t (*nvrtcCompileProgram)(nvrtc_program, int32_t optionCount, const char *const *options);
    int32_t (*nvrtcGetProgramLogSize)(nvrtc_program, size_t *);
    int32_t (*nvrtcGetProgramLog)(nvrtc_program, char *);
    int32_t (*nvrtcGetCUBINSize)(nvrtc_program, size_t *);
    int32_t (*nvrtcGetCUBIN)(nvrtc_program, char *);
    int32_t (*nvrtcGetPTXSize)(nvrtc_program, size_t *);
    int32_t (*nvrtcGetPTX)(nvrtc_program, char *);
} nvrtc_library;

#ifdef __cplusplus
extern "C" {
#endif
// Fills a table from a library opened by dlopen; returns NULL, or the name of the first function that is missing.
const char *cu_find_driver(cu_driver *table, void *(*find)(void *library, const char *name), void *library);
const char *nvrtc_find(nvrtc_library *table, void *(*find)(void *library, const char *name), void *library);
#ifdef __cplusplus
}
#endif

// Parameters of kernels, as the structures of the same name in the kernels' text.
typedef struct {
    cu_pointer y, rowScale, columnScale, bias;
    int32_t tokens, outputs, stride, finish;
} cu_output;

typedef struct {
    int32_t query, keyValue, headDim;
} cu_heads;

typedef struct {
    cu_pointer blocks;
    int32_t blocksPerSlot, layer, heads, headDim;
} cu_cache;

typedef struct {
    int32_t row, count, first, keys;
} cu_tile;

typedef struct {
    int32_t id;
    float logProbability, margin;
} cu_choice;
