// Operations on rows: what stands before a product, embedding, sums, conversions.

/// What is done to a row before a product.
enum Start { START_PLAIN = 0, START_RMS_NORM = 1, START_LAYER_NORM = 2 };

/// Where a row's value `i` lies among its bytes: of sixteen values those come together that one lane multiplies.
__device__ inline int bytePlace(int i) { return (i & ~15) + (i & 6) * 2 + (i >> 2 & 2) + (i & 1); }

/// Sum over the threads of a block, the same in all; `partial` has 33 values.
__device__ inline float sumOfBlock(float v, float *partial) {
    v = sumOfWarp(v);
    __syncthreads();
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = v;
    __syncthreads();
    float sum = 0;
    for (unsigned w = 0; w < (blockDim.x + 31) / 32; w++) sum += partial[w];
    return sum;
}

__device__ inline float largestOfBlock(float v, float *partial) {
    for (int m = 16; m > 0; m >>= 1) v = fmaxf(v, __shfl_xor_sync(~0u, v, m));
    __syncthreads();
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = v;
    __syncthreads();
    float top = partial[0];
    for (unsigned w = 1; w < (blockDim.x + 31) / 32; w++) top = fmaxf(top, partial[w]);
    return top;
}

/// Mean that is taken off a row, and the factor that follows.
struct RowNorm {
    float mean, scale;
};

__device__ inline RowNorm rowNorm(const float *row, int width, int start, float epsilon, float *partial) {
    RowNorm norm = {0, 1};
    if (start == START_PLAIN) return norm;
    if (start == START_LAYER_NORM) {
        float sum = 0;
        for (int i = threadIdx.x; i < width; i += blockDim.x) sum += row[i];
        norm.mean = sumOfBlock(sum, partial) / width;
    }
    float squares = 0;
    for (int i = threadIdx.x; i < width; i += blockDim.x) {
        const float v = row[i] - norm.mean;
        squares = fmaf(v, v, squares);
    }
    norm.scale = 1.0f / sqrtf(sumOfBlock(squares, partial) / width + epsilon);
    return norm;
}

__device__ inline float normed(float v, RowNorm norm, const float *gain, const float *bias, int i) {
    v = (v - norm.mean) * norm.scale;
    if (gain) v *= gain[i];
    return bias ? v + bias[i] : v;
}

/// Power of two that takes values of up to `top` into float16; `back` gets its inverse.
__device__ inline float operandScale(float top, float &back) {
    float scale = 1;
    back = 1;
    while (top * scale > 32768.0f && scale > 1e-30f) { scale *= 0.5f; back *= 2.0f; }
    return scale;
}

/// `to = start(row)` as operands, filled up with zeros to `stride`, by a block of 256 threads.
///
/// A row that would overflow is divided by a power of two, which is returned. Which values a thread adds up depends on the
/// width only, and `fmaf` is written out: the compiler must not choose for one kernel otherwise than for another.
__device__ inline float operandRow(bits16 *to, const float *row, const float *gain, const float *bias, int width, int stride,
                                   int start, float epsilon, float *partial) {
    constexpr int most = 6, span = 4 * 256;
    float back;
    if (start != START_LAYER_NORM && width % 4 == 0 && width <= most * span) {
        // Four at a time, read once and kept.
        float4 held[most];
        float squares = 0, top = 0;
#pragma unroll
        for (int k = 0; k < most; k++) {
            const int i = k * span + 4 * threadIdx.x;
            held[k] = i < width ? *reinterpret_cast<const float4 *>(row + i) : make_float4(0, 0, 0, 0);
            squares = fmaf(held[k].x, held[k].x, fmaf(held[k].y, held[k].y, squares));
            squares = fmaf(held[k].z, held[k].z, fmaf(held[k].w, held[k].w, squares));
        }
        const float norm = start == START_RMS_NORM ? 1.0f / sqrtf(sumOfBlock(squares, partial) / width + epsilon) : 1.0f;
#pragma unroll
        for (int k = 0; k < most; k++) {
            const int i = k * span + 4 * threadIdx.x;
            float4 g = make_float4(1, 1, 1, 1);
            if (gain && i < width) g = *reinterpret_cast<const float4 *>(gain + i);
            held[k].x *= norm * g.x; held[k].y *= norm * g.y; held[k].z *= norm * g.z; held[k].w *= norm * g.w;
            top = fmaxf(top, fmaxf(fmaxf(fabsf(held[k].x), fabsf(held[k].y)), fmaxf(fabsf(held[k].z), fabsf(held[k].w))));
        }
        const float scale = operandScale(largestOfBlock(top, partial), back);
#pragma unroll
        for (int k = 0; k < most; k++) {
            const int i = k * span + 4 * threadIdx.x;
            if (i >= stride) continue;
            *reinterpret_cast<uint2 *>(to + i) = make_uint2(pack(held[k].x * scale, held[k].y * scale),
                                                            pack(held[k].z * scale, held[k].w * scale));
        }
        return back;
    }
    const RowNorm norm = rowNorm(row, width, start, epsilon, partial);
    float top = 0;
    for (int i = threadIdx.x; i < width; i += blockDim.x) top = fmaxf(top, fabsf(normed(row[i], norm, gain, bias, i)));
    const float scale = operandScale(largestOfBlock(top, partial), back);
    for (int i = threadIdx.x; i < stride; i += blockDim.x)
        to[i] = i < width ? narrow(normed(row[i], norm, gain, bias, i) * scale) : bits16(0);
    return back;
}

/// `y[row] = start(x[row])` as operands; one block a row. `rowScale` gets what it was divided by.
extern "C" __global__ void operandRows(bits16 *y, float *rowScale, const float *x, const float *gain, const float *bias,
                                       int width, int stride, int start, float epsilon) {
    __shared__ float partial[33];
    waitForPrevious();
    letNextBegin();
    const float back = operandRow(y + size_t(blockIdx.x) * stride, x + size_t(blockIdx.x) * width, gain, bias, width, stride,
                                  start, epsilon, partial);
    if (threadIdx.x == 0) rowScale[blockIdx.x] = back;
}

/// `y[row] = start(x[row])`; one block a row.
extern "C" __global__ void normRows(float *y, const float *x, const float *gain, const float *bias, int width, int start,
                                    float epsilon) {
    __shared__ float partial[33];
    waitForPrevious();
    letNextBegin();
    const float *row = x + size_t(blockIdx.x) * width;
    const RowNorm norm = rowNorm(row, width, start, epsilon, partial);
    for (int i = threadIdx.x; i < width; i += blockDim.x)
        y[size_t(blockIdx.x) * width + i] = normed(row[i], norm, gain, bias, i);
}

/// `y[row, i] = silu(x[row, i]) * x[row, width + i]`; one block a row.
extern "C" __global__ void gateRows(float *y, const float *x, int width) {
    waitForPrevious();
    letNextBegin();
    const float *gate = x + size_t(blockIdx.x) * 2 * width, *up = gate + width;
    for (int i = threadIdx.x; i < width; i += blockDim.x)
        y[size_t(blockIdx.x) * width + i] = gate[i] / (1.0f + expf(-gate[i])) * up[i];
}

/// `y[row] = weight[ids[row]]`; one block a row. Below zero, an id stands for the last one of the row's slot. `scales` (one a
/// weight row) says that the weight has 8 bits.
extern "C" __global__ void embedRows(float *y, const void *weight, const float *scales, const int *ids, const int *slots,
                                     const int *lastIDs, int width, int stride) {
    waitForPrevious();
    letNextBegin();
    const int row = blockIdx.x, id = ids[row] >= 0 ? ids[row] : lastIDs[slots[row]];
    const size_t start = size_t(id) * stride;
    for (int i = threadIdx.x; i < width; i += blockDim.x)
        y[size_t(row) * width + i] = scales ? static_cast<const int8 *>(weight)[start + bytePlace(i)] * scales[id]
                                            : widen(static_cast<const bits16 *>(weight)[start + i]);
}

/// `y[i] += table[i mod period]`
extern "C" __global__ void addRepeating(float *y, const float *table, long long count, long long period) {
    waitForPrevious();
    letNextBegin();
    for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < count; i += (long long)gridDim.x * blockDim.x)
        y[i] += table[i % period];
}

/// `y[i] = x[i]`, as operands.
extern "C" __global__ void narrowValues(bits16 *y, const float *x, long long count) {
    waitForPrevious();
    for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < count; i += (long long)gridDim.x * blockDim.x)
        y[i] = narrow(x[i]);
}

/// How a stored weight is encoded.
enum Stored { STORED_BFLOAT16 = 0, STORED_FLOAT16 = 1, STORED_FLOAT32 = 2 };

__device__ inline float storedValue(const void *p, size_t i, int type) {
    if (type == STORED_FLOAT32) return static_cast<const float *>(p)[i];
    const unsigned bits = static_cast<const bits16 *>(p)[i];
    if (type == STORED_BFLOAT16) return __uint_as_float(bits << 16);
    // float16, by its parts: exact.
    const unsigned exponent = bits >> 10 & 31, fraction = bits & 1023;
    const float sign = bits >> 15 ? -1.0f : 1.0f;
    if (exponent == 0) return sign * fraction * 5.9604645e-8f;
    if (exponent == 31) return __uint_as_float((bits >> 15) << 31 | 255u << 23 | fraction << 13);
    return __uint_as_float((bits >> 15) << 31 | (exponent + 112) << 23 | fraction << 13);
}

/// `y[i] = x[i]`, widened.
extern "C" __global__ void floatsOfWeight(float *y, const void *x, int count, int type) {
    waitForPrevious();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < count; i += gridDim.x * blockDim.x) y[i] = storedValue(x, i, type);
}

/// Rows of a weight as operands, filled up with zeros to `stride`; one block a row.
extern "C" __global__ void operandsOfWeight(bits16 *y, const void *x, int width, int stride, int type) {
    waitForPrevious();
    for (int i = threadIdx.x; i < stride; i += blockDim.x)
        y[size_t(blockIdx.x) * stride + i] = i < width ? narrow(storedValue(x, size_t(blockIdx.x) * width + i, type)) : bits16(0);
}

/// Rows of a weight as bytes and one scale each, largest value over 127; one block a row.
extern "C" __global__ void bytesOfWeight(int8 *y, float *scales, const void *x, int width, int stride, int type) {
    __shared__ float partial[33];
    waitForPrevious();
    const size_t row = blockIdx.x;
    float top = 0;
    for (int i = threadIdx.x; i < width; i += blockDim.x) top = fmaxf(top, fabsf(storedValue(x, row * width + i, type)));
    top = largestOfBlock(top, partial);
    const float scale = top > 0 ? top / 127 : 1;
    if (threadIdx.x == 0) scales[row] = scale;
    for (int i = threadIdx.x; i < stride; i += blockDim.x)
        y[row * stride + bytePlace(i)] = i < width ? int8(rintf(storedValue(x, row * width + i, type) / scale)) : int8(0);
}
