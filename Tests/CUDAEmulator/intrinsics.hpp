// What the kernels' text needs of CUDA C++ and of intrinsics.cuh, for the CPU.
#pragma once
#include "fibers.hpp"
#include <cmath>
#include <algorithm>

#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static thread_local
#define threadIdx (fibers::self().index)
#define blockIdx fibers::blockIndex
#define blockDim fibers::blockDimension
#define gridDim fibers::gridDimension
#define DYNAMIC_SHARED(type, name)                                                             \
    type *name = reinterpret_cast<type *>(                                                     \
        (reinterpret_cast<uintptr_t>(fibers::block->shared.data()) + 127) & ~uintptr_t(127))

using bits16 = unsigned short;
using int8 = signed char;
using std::max;
using std::min;

struct alignas(16) uint4 {
    unsigned x, y, z, w;
};
struct alignas(16) float4 {
    float x, y, z, w;
};
struct alignas(8) uint2 {
    unsigned x, y;
};
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
inline float __uint_as_float(unsigned u) { float f; std::memcpy(&f, &u, 4); return f; }
inline unsigned __float_as_uint(float f) { unsigned u; std::memcpy(&u, &f, 4); return u; }
inline float rsqrtf(float v) { return 1.0f / std::sqrt(v); }
inline float __fmul_rn(float a, float b) { return a * b; }
inline float __fadd_rn(float a, float b) { return a + b; }
inline float __ldcg(const float *p) { return *p; }
inline void __threadfence() {}
inline unsigned atomicAdd(unsigned *p, unsigned v) { const unsigned old = *p; *p += v; return old; }

inline void __syncthreads() { fibers::wait(fibers::block->barrier, fibers::block->live); }
template <class T> T __shfl_xor_sync(unsigned, T v, int mask) { return fibers::exchange(v, fibers::lane() ^ mask); }

inline float widen(bits16 v) { _Float16 h; std::memcpy(&h, &v, 2); return float(h); }
inline bits16 narrow(float f) {
    if (std::fabs(f) > 65504.0f && std::fabs(f) < INFINITY) f = std::copysign(65504.0f, f);
    const _Float16 h = _Float16(f);
    bits16 v;
    std::memcpy(&v, &h, 2);
    return v;
}
inline unsigned pack(float low, float high) { return unsigned(narrow(low)) | unsigned(narrow(high)) << 16; }

/// Makes matrix instructions forget their last value, to see that it is noticed.
inline thread_local bool isWrong = false;

inline void multiplyTile(float (&d)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
    struct { unsigned a[4], b[2]; } mine = {{a[0], a[1], a[2], a[3]}, {b0, b1}};
    const auto &all = fibers::gather(mine);
    auto word = [&](int lane, int index) { unsigned v; std::memcpy(&v, reinterpret_cast<const char *>(all[lane]) + 4 * index, 4); return v; };
    const int g = fibers::lane() / 4, t = fibers::lane() % 4;
    // Rows g and g + 8 of A, columns 2t and 2t + 1 of B: word i % 2 + 2 (k / 8) of the lane that holds them.
    for (int part = 0; part < 2; part++)
        for (int quad = 0; quad < 4; quad++) {
            const unsigned upper = word(g * 4 + quad, 2 * part), lower = word(g * 4 + quad, 2 * part + 1);
            const unsigned left = word(8 * t + quad, 4 + part), right = word(8 * t + 4 + quad, 4 + part);
            for (int h = 0; h < (isWrong && part == 1 && quad == 3 ? 16 : 32); h += 16) {
                const float u = widen(bits16(upper >> h)), l = widen(bits16(lower >> h));
                const float x = widen(bits16(left >> h)), y = widen(bits16(right >> h));
                d[0] += u * x;
                d[1] += u * y;
                d[2] += l * x;
                d[3] += l * y;
            }
        }
}

inline void loadMatrices(unsigned (&r)[4], const void *row) {
    const auto &all = fibers::gather(row);
    const int g = fibers::lane() / 4, t = fibers::lane() % 4;
    for (int m = 0; m < 4; m++) {
        const char *from;
        std::memcpy(&from, all[8 * m + g], sizeof from);
        std::memcpy(&r[m], from + 4 * t, 4);
    }
}

inline void loadTransposed(unsigned (&r)[4], const void *row) {
    const auto &all = fibers::gather(row);
    const int g = fibers::lane() / 4, t = fibers::lane() % 4;
    for (int m = 0; m < 4; m++) {
        bits16 pair[2];
        for (int i = 0; i < 2; i++) {
            const char *from;
            std::memcpy(&from, all[8 * m + 2 * t + i], sizeof from);
            std::memcpy(&pair[i], from + 2 * g, 2);
        }
        std::memcpy(&r[m], pair, 4);
    }
}

/// A wide access must lie as the device asks for.
inline void expectAligned(const void *p, size_t bytes) {
    if (reinterpret_cast<uintptr_t>(p) % bytes != 0) fibers::block->isFaulty = true;
}

inline void copyAsync(void *shared, const void *global, bool isValid) {
    expectAligned(shared, 16);
    expectAligned(global, 16);
    fibers::self().copies.push_back({shared, global, isValid, fibers::self().group});
}
inline void commitCopies() { fibers::self().group++; }
template <int pending> void waitCopies() { fibers::arrive(fibers::self().group - 1 - pending); }

inline uint4 loadOnce(const void *p) { expectAligned(p, 16); uint4 v; std::memcpy(&v, p, 16); return v; }
inline void waitForPrevious() {}
inline void letNextBegin() {}

inline void widenBytes(unsigned bytes, unsigned &low, unsigned &high) {
    auto at = [&](int i) { return float(int8(bytes >> (8 * i))); };
    low = pack(at(0), at(1));
    high = pack(at(2), at(3));
}

inline float sumOfWarp(float v) {
    for (int m = 16; m > 0; m >>= 1) v += __shfl_xor_sync(~0u, v, m);
    return v;
}
