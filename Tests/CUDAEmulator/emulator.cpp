#include "intrinsics.hpp"
#include "ccuda.h"
#include "cuda_emulator.h"

#include <atomic>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <sys/mman.h>
#include <tuple>
#include <utility>
#include <vector>

#if defined(__x86_64__)
asm(R"(
.globl fiber_switch
.type fiber_switch, @function
fiber_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size fiber_switch, .-fiber_switch
)");
#elif defined(__aarch64__)
asm(R"(
.globl fiber_switch
.type fiber_switch, %function
fiber_switch:
    sub sp, sp, #160
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x9, sp
    str x9, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
.size fiber_switch, .-fiber_switch
)");
#endif

namespace {
#include "rows.cu"
#include "product.cu"
#include "attention.cu"
#include "choice.cu"

static_assert(sizeof(Output) == sizeof(cu_output) && sizeof(Heads) == sizeof(cu_heads));
static_assert(sizeof(Cache) == sizeof(cu_cache) && sizeof(Tile) == sizeof(cu_tile) && sizeof(Choice) == sizeof(cu_choice));

/// A kernel with a copy of its parameters.
using Launch = std::function<void()> (*)(void **);

template <auto kernel> struct Caller;
template <class... A, void (*kernel)(A...)> struct Caller<kernel> {
    static std::function<void()> bind(void **parameters) { return with(parameters, std::index_sequence_for<A...>()); }
    template <size_t... i> static std::function<void()> with(void **parameters, std::index_sequence<i...>) {
        return [copy = std::tuple<A...>(*static_cast<A *>(parameters[i])...)] { std::apply(kernel, copy); };
    }
};

struct Kernel { const char *name; Launch launch; };
#define KERNEL(name) {#name, &Caller<name>::bind}
const Kernel kernels[] = {
    KERNEL(operandRows), KERNEL(normRows), KERNEL(gateRows), KERNEL(embedRows), KERNEL(addRepeating),
    KERNEL(narrowValues), KERNEL(floatsOfWeight), KERNEL(operandsOfWeight), KERNEL(bytesOfWeight),
    KERNEL(stepProduct8), KERNEL(stepProduct16), KERNEL(stepProduct32), KERNEL(stepProduct64), KERNEL(stepProductOfRows), KERNEL(stepProductOfRowsBytes), KERNEL(stepProduct8Bytes),
    KERNEL(stepProduct16Bytes), KERNEL(stepProduct32Bytes), KERNEL(stepProduct64Bytes), KERNEL(product128), KERNEL(product64),
    KERNEL(product128Bytes), KERNEL(product64Bytes), KERNEL(convolveImages), KERNEL(convolvePlain),
    KERNEL(rotateRows), KERNEL(attendBlocks64), KERNEL(attendBlocks128), KERNEL(attendCausally64),
    KERNEL(attendCausally128), KERNEL(attendPlain), KERNEL(attendStep64x1), KERNEL(attendStep64x2),
    KERNEL(attendStep64x4), KERNEL(attendStep128x1), KERNEL(attendStep128x2), KERNEL(attendStep128x4),
    KERNEL(findCandidates), KERNEL(chooseTokens),
};

// Memory ends where a page does that nobody may touch, so that a kernel which reads past the end is found.
std::mutex mutex;
struct Allocation { void *base; size_t bytes; int device; };
std::map<cu_pointer, Allocation> blocks;
constexpr int deviceCount = 2;
std::atomic<int64_t> inUse[deviceCount], limit[deviceCount], refusals{0};
thread_local int current = 0;
constexpr size_t page = 4096;

cu_result allocate(cu_pointer *result, size_t count) {
    if (limit[current] > 0 && inUse[current] + int64_t(count) > limit[current]) {
        refusals++;
        return CU_OUT_OF_MEMORY;
    }
    const size_t rounded = (count + 15) & ~size_t(15), bytes = (rounded + page - 1) & ~(page - 1);
    void *base = mmap(nullptr, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) return CU_OUT_OF_MEMORY;
    mprotect(static_cast<char *>(base) + bytes, page, PROT_NONE);
    char *start = static_cast<char *>(base) + bytes - rounded;
    // As on a device, nothing is zero by itself; large blocks stay untouched to save time.
    if (bytes <= size_t(64) << 20) std::memset(start, 0xFF, rounded);
    *result = reinterpret_cast<cu_pointer>(start);
    std::lock_guard lock(mutex);
    blocks[*result] = {base, bytes + page, current};
    inUse[current] += int64_t(bytes);
    return CU_SUCCESS;
}

cu_result release(cu_pointer pointer) {
    std::lock_guard lock(mutex);
    const auto found = blocks.find(pointer);
    if (found == blocks.end()) return 1;
    munmap(found->second.base, found->second.bytes);
    inUse[found->second.device] -= int64_t(found->second.bytes - page);
    blocks.erase(found);
    return CU_SUCCESS;
}

/// What a stream was asked for while it was recorded.
struct Graph { std::vector<std::function<bool()>> work; };
thread_local Graph *recording = nullptr;
thread_local int64_t replays = 0;
thread_local int refusesOverlap = 0;
thread_local bool mayOverlap = false;
constexpr cu_result notWhileRecording = 900;

/// A copy to the host whose bytes arrive when they are waited for, and not before.
struct LateCopy { void *to; std::vector<char> bytes; };
struct Stream {
    std::deque<LateCopy> copies;
    size_t asked = 0, arrived = 0;

    void arrive(size_t count) {
        for (; arrived < count; arrived++) {
            std::memcpy(copies.front().to, copies.front().bytes.data(), copies.front().bytes.size());
            copies.pop_front();
        }
    }
};
/// An event outlives its stream.
struct Event { std::shared_ptr<Stream> stream; size_t asked = 0; };

std::shared_ptr<Stream> &of(cu_stream stream) { return *reinterpret_cast<std::shared_ptr<Stream> *>(stream); }

template <class T> T *at(cu_pointer p) { return reinterpret_cast<T *>(p); }

struct Symbol { const char *name; void *function; };
#define SYMBOL(name, ...) {#name, reinterpret_cast<void *>(+[] __VA_ARGS__)}
const Symbol symbols[] = {
    SYMBOL(cuInit, (uint32_t) -> cu_result { return 0; }),
    SYMBOL(cuDriverGetVersion, (int32_t *v) -> cu_result { *v = 12090; return 0; }),
    SYMBOL(cuGetErrorName, (cu_result, const char **s) -> cu_result { *s = "CUDA_ERROR_EMULATED"; return 0; }),
    SYMBOL(cuGetErrorString, (cu_result, const char **s) -> cu_result { *s = "an emulated error"; return 0; }),
    SYMBOL(cuDeviceGetCount, (int32_t *n) -> cu_result { *n = deviceCount; return 0; }),
    SYMBOL(cuDeviceGet, (cu_device *d, int32_t i) -> cu_result { *d = i; return 0; }),
    SYMBOL(cuDeviceGetName, (char *s, int32_t n, cu_device d) -> cu_result { std::snprintf(s, n, "Emulated %d", d); return 0; }),
    SYMBOL(cuDeviceGetAttribute, (int32_t *v, int32_t a, cu_device) -> cu_result {
        *v = a == CU_DEVICE_MULTIPROCESSORS ? 4 : a == CU_DEVICE_MAJOR ? 9 : a == CU_DEVICE_MINOR ? 0
            : a == CU_DEVICE_PAGEABLE_MEMORY_ACCESS ? 0 : 1;
        return 0;
    }),
    SYMBOL(cuDeviceTotalMem_v2, (size_t *n, cu_device) -> cu_result { *n = size_t(8) << 30; return 0; }),
    SYMBOL(cuDevicePrimaryCtxRetain, (cu_context *c, cu_device d) -> cu_result { *c = reinterpret_cast<cu_context>(intptr_t(d) + 1); return 0; }),
    SYMBOL(cuDevicePrimaryCtxRelease_v2, (cu_device) -> cu_result { return 0; }),
    SYMBOL(cuCtxSetCurrent, (cu_context c) -> cu_result { current = int(reinterpret_cast<intptr_t>(c)) - 1; return 0; }),
    SYMBOL(cuMemGetInfo_v2, (size_t *f, size_t *t) -> cu_result {
        *t = size_t(8) << 30;
        *f = (limit[current] > 0 ? size_t(limit[current]) : *t) - size_t(inUse[current]);
        return 0;
    }),
    SYMBOL(cuMemAlloc_v2, (cu_pointer *p, size_t n) -> cu_result { return recording ? notWhileRecording : allocate(p, n); }),
    SYMBOL(cuMemFree_v2, (cu_pointer p) -> cu_result { return release(p); }),
    SYMBOL(cuMemcpyHtoDAsync_v2, (cu_pointer to, const void *from, size_t n, cu_stream) -> cu_result {
        if (recording) return notWhileRecording;
        std::memcpy(at<void>(to), from, n);
        return 0;
    }),
    SYMBOL(cuMemHostAlloc, (void **p, size_t n, uint32_t) -> cu_result {
        if (recording) return notWhileRecording;
        *p = std::malloc(n);
        std::memset(*p, 0xFF, n);
        return 0;
    }),
    SYMBOL(cuMemFreeHost, (void *p) -> cu_result { std::free(p); return 0; }),
    SYMBOL(cuMemcpyDtoHAsync_v2, (void *to, cu_pointer from, size_t n, cu_stream s) -> cu_result {
        if (recording) return notWhileRecording;
        of(s)->copies.push_back({to, std::vector<char>(at<char>(from), at<char>(from) + n)});
        of(s)->asked++;
        return 0;
    }),
    SYMBOL(cuMemcpyDtoDAsync_v2, (cu_pointer to, cu_pointer from, size_t n, cu_stream) -> cu_result { std::memmove(at<void>(to), at<void>(from), n); return 0; }),
    SYMBOL(cuMemsetD8Async, (cu_pointer to, unsigned char v, size_t n, cu_stream) -> cu_result { std::memset(at<void>(to), v, n); return 0; }),
    SYMBOL(cuStreamCreate, (cu_stream *s, uint32_t) -> cu_result { *s = reinterpret_cast<cu_stream>(new std::shared_ptr<Stream>(new Stream)); return 0; }),
    SYMBOL(cuStreamDestroy_v2, (cu_stream s) -> cu_result { of(s)->arrive(of(s)->asked); delete &of(s); return 0; }),
    SYMBOL(cuStreamSynchronize, (cu_stream s) -> cu_result { of(s)->arrive(of(s)->asked); return 0; }),
    SYMBOL(cuEventCreate, (cu_event *e, uint32_t) -> cu_result { *e = reinterpret_cast<cu_event>(new Event); return 0; }),
    SYMBOL(cuEventDestroy_v2, (cu_event e) -> cu_result { delete reinterpret_cast<Event *>(e); return 0; }),
    SYMBOL(cuEventRecord, (cu_event e, cu_stream s) -> cu_result {
        *reinterpret_cast<Event *>(e) = {of(s), of(s)->asked};
        return 0;
    }),
    SYMBOL(cuEventSynchronize, (cu_event e) -> cu_result {
        const Event *event = reinterpret_cast<Event *>(e);
        if (event->stream) event->stream->arrive(event->asked);
        return 0;
    }),
    SYMBOL(cuModuleLoadData, (cu_module *m, const void *) -> cu_result { *m = reinterpret_cast<cu_module>(1); return 0; }),
    SYMBOL(cuModuleUnload, (cu_module) -> cu_result { return 0; }),
    SYMBOL(cuModuleGetFunction, (cu_function *f, cu_module, const char *name) -> cu_result {
        for (const Kernel &kernel : kernels)
            if (!std::strcmp(kernel.name, name)) { *f = reinterpret_cast<cu_function>(const_cast<Kernel *>(&kernel)); return 0; }
        return 500;
    }),
    SYMBOL(cuFuncSetAttribute, (cu_function, int32_t, int32_t) -> cu_result { return 0; }),
    SYMBOL(cuLaunchKernelEx, (const cu_launch_config *c, cu_function f, void **parameters, void **) -> cu_result {
        const auto launch = reinterpret_cast<const Kernel *>(f)->launch;
        if (c->gridY > 65535 || c->gridZ > 65535 || c->gridX == 0 || c->gridY == 0 || c->sharedBytes > 232448) return 1;
        const cu_launch_config o = *c;
        auto run = [o, body = launch(parameters)] {
            return fibers::launch({o.gridX, o.gridY, o.gridZ}, {o.blockX, o.blockY, o.blockZ}, o.sharedBytes, body);
        };
        if (recording) { mayOverlap = mayOverlap || o.attributeCount > 0; recording->work.push_back(run); return 0; }
        return run() ? 0 : 719;
    }),
    SYMBOL(cuStreamBeginCapture_v2, (cu_stream, int32_t) -> cu_result { recording = new Graph; mayOverlap = false; return 0; }),
    SYMBOL(cuStreamEndCapture, (cu_stream, cu_graph *g) -> cu_result {
        *g = reinterpret_cast<cu_graph>(std::exchange(recording, nullptr));
        return 0;
    }),
    SYMBOL(cuGraphInstantiateWithFlags, (cu_graph_exec *e, cu_graph g, unsigned long long) -> cu_result {
        if (refusesOverlap && mayOverlap) return 801;
        *e = reinterpret_cast<cu_graph_exec>(new Graph(*reinterpret_cast<Graph *>(g)));
        return 0;
    }),
    SYMBOL(cuGraphLaunch, (cu_graph_exec e, cu_stream) -> cu_result {
        replays++;
        for (auto &work : reinterpret_cast<Graph *>(e)->work) if (!work()) return 719;
        return 0;
    }),
    SYMBOL(cuGraphExecDestroy, (cu_graph_exec e) -> cu_result { delete reinterpret_cast<Graph *>(e); return 0; }),
    SYMBOL(cuGraphDestroy, (cu_graph g) -> cu_result { delete reinterpret_cast<Graph *>(g); return 0; }),
    SYMBOL(nvrtcVersion, (int32_t *a, int32_t *b) -> int32_t { *a = 12; *b = 9; return 0; }),
    SYMBOL(nvrtcGetErrorString, (int32_t) -> const char * { return "an emulated error"; }),
    SYMBOL(nvrtcGetNumSupportedArchs, (int32_t *n) -> int32_t { *n = 1; return 0; }),
    SYMBOL(nvrtcGetSupportedArchs, (int32_t *n) -> int32_t { *n = 90; return 0; }),
    SYMBOL(nvrtcCreateProgram, (nvrtc_program *p, const char *, const char *, int32_t, const char *const *, const char *const *) -> int32_t {
        *p = reinterpret_cast<nvrtc_program>(1);
        return 0;
    }),
    SYMBOL(nvrtcDestroyProgram, (nvrtc_program *) -> int32_t { return 0; }),
    SYMBOL(nvrtcCompileProgram, (nvrtc_program, int32_t, const char *const *) -> int32_t { return 0; }),
    SYMBOL(nvrtcGetProgramLogSize, (nvrtc_program, size_t *n) -> int32_t { *n = 1; return 0; }),
    SYMBOL(nvrtcGetProgramLog, (nvrtc_program, char *s) -> int32_t { *s = 0; return 0; }),
    SYMBOL(nvrtcGetCUBINSize, (nvrtc_program, size_t *n) -> int32_t { *n = 4; return 0; }),
    SYMBOL(nvrtcGetCUBIN, (nvrtc_program, char *s) -> int32_t { std::memcpy(s, "none", 4); return 0; }),
    SYMBOL(nvrtcGetPTXSize, (nvrtc_program, size_t *n) -> int32_t { *n = 4; return 0; }),
    SYMBOL(nvrtcGetPTX, (nvrtc_program, char *s) -> int32_t { std::memcpy(s, "text", 4); return 0; }),
};
}  // namespace

extern "C" void *emulated_symbol(void *, const char *name) {
    for (const Symbol &symbol : symbols)
        if (!std::strcmp(symbol.name, name)) return symbol.function;
    return nullptr;
}

extern "C" void emulated_set_backward(int isBackward) { fibers::order = isBackward ? fibers::backward : fibers::forward; }
extern "C" void emulated_set_wrong(int wrong) { isWrong = wrong; }
extern "C" void emulated_set_refuses_overlap(int refuses) { refusesOverlap = refuses; }
extern "C" int64_t emulated_replays(void) { return replays; }
extern "C" int64_t emulated_refusals(void) { return refusals; }
extern "C" int64_t emulated_bytes_in_use(int device) { return inUse[device]; }
extern "C" void emulated_set_memory(int device, int64_t byteCount) { limit[device] = byteCount; }
