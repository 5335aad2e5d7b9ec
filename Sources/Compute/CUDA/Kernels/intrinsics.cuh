// The machine instructions that kernels use by name. Tests replace this file by one for the CPU.
//
// Matrix operands are float16: every card has matrix units for it, which are as fast as those for bfloat16 and three
// bits more exact. It holds weights that were stored as bfloat16 exactly from 6e-5 on and within 3e-8 below; rows of
// activations that would not fit are scaled by a power of two. Sums are taken in float.

#define INFINITY __int_as_float(0x7F800000)

using bits16 = unsigned short;
using int8 = signed char;

#define DYNAMIC_SHARED(type, name)                            \
    extern __shared__ __align__(128) unsigned char blockBytes[]; \
    type *name = reinterpret_cast<type *>(blockBytes)

__device__ __forceinline__ float widen(bits16 v) {
    float f;
    asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(v));
    return f;
}
/// Values beyond float16 become its largest; what is no number, or infinite, stays so.
__device__ __forceinline__ bits16 narrow(float f) {
    if (fabsf(f) > 65504.0f && fabsf(f) < INFINITY) f = copysignf(65504.0f, f);
    bits16 v;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(v) : "f"(f));
    return v;
}

/// Two operands in a word, `low` in the lower half.
__device__ __forceinline__ unsigned pack(float low, float high) {
    return unsigned(narrow(low)) | unsigned(narrow(high)) << 16;
}

/// D[16,8] += A[16,16] B[16,8]. Lane l, g = l / 4, t = l % 4, holds
/// a = A[g][2t..], A[g+8][2t..], A[g][2t+8..], A[g+8][2t+8..]; b = B[2t..][g], B[2t+8..][g];
/// d = D[g][2t], D[g][2t+1], D[g+8][2t], D[g+8][2t+1].
__device__ __forceinline__ void multiplyTile(float (&d)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
#if __CUDA_ARCH__ >= 800
    asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
#else
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(a[0]), "r"(a[1]), "r"(b0));
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]) : "r"(a[2]), "r"(a[3]), "r"(b1));
#endif
}

/// Four 8x8 matrices of operands from shared memory: lanes 8i ..< 8i+8 give the rows of matrix i; lane l gets
/// M[l/4][2(l%4)..] of each, or M[2(l%4)..][l/4] where they are transposed.
__device__ __forceinline__ void loadMatrices(unsigned (&r)[4], const void *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(unsigned(__cvta_generic_to_shared(row))) : "memory");
}
__device__ __forceinline__ void loadTransposed(unsigned (&r)[4], const void *row) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3]) : "r"(unsigned(__cvta_generic_to_shared(row))) : "memory");
}

/// Copies 16 bytes to shared memory, or writes zeros; done after `waitCopies`.
__device__ __forceinline__ void copyAsync(void *shared, const void *global, bool isValid) {
#if __CUDA_ARCH__ >= 800
    const int bytes = isValid ? 16 : 0;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;"
                 ::"r"(unsigned(__cvta_generic_to_shared(shared))), "l"(global), "r"(bytes) : "memory");
#else
    *static_cast<uint4 *>(shared) = isValid ? *static_cast<const uint4 *>(global) : make_uint4(0, 0, 0, 0);
#endif
}
/// Closes a group of copies.
__device__ __forceinline__ void commitCopies() {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}
/// Waits until at most `pending` of this thread's groups are under way.
template <int pending> __device__ __forceinline__ void waitCopies() {
#if __CUDA_ARCH__ >= 800
    asm volatile("cp.async.wait_group %0;" ::"n"(pending) : "memory");
#endif
}

/// 16 bytes that nobody reads again soon.
__device__ __forceinline__ uint4 loadOnce(const void *p) {
    uint4 v;
    asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];"
                 : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(p));
    return v;
}

/// Waits for the kernels before this one; what comes earlier may overlap with them. Every kernel calls it before
/// it touches what another one writes.
__device__ __forceinline__ void waitForPrevious() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}
/// Lets the next kernel begin, as far as its own `waitForPrevious`.
__device__ __forceinline__ void letNextBegin() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}

/// Four signed bytes to operands: `low` gets the first two, `high` the others. Exact.
__device__ __forceinline__ void widenBytes(unsigned bytes, unsigned &low, unsigned &high) {
    // 0x6400 | u is 1024 + u in float16; u = v + 128.
    const unsigned u = bytes ^ 0x80808080u, bias = 0x64806480u;
    const unsigned a = __byte_perm(u, 0x64646464u, 0x4140), b = __byte_perm(u, 0x64646464u, 0x4342);
    asm("sub.f16x2 %0, %1, %2;" : "=r"(low) : "r"(a), "r"(bias));
    asm("sub.f16x2 %0, %1, %2;" : "=r"(high) : "r"(b), "r"(bias));
}

__device__ __forceinline__ float sumOfWarp(float v) {
    for (int m = 16; m > 0; m >>= 1) v += __shfl_xor_sync(~0u, v, m);
    return v;
}
