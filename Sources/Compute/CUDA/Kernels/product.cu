// Matrix products `y[tokens, outputs] = finish(x[tokens, width] weight[outputs, width]^T)` on the matrix units.
//
// Rows of operands lie 16-byte aligned and are filled up with zeros to a multiple of the block of columns, so no
// kernel looks at the width of a row. An output value is summed in one order that depends neither on the number of
// rows nor on where its row stands; the two kernels have an order each.

/// What is done with a product before it is stored.
enum Finish { FINISH_STORE = 0, FINISH_GELU = 1, FINISH_ACCUMULATE = 2, FINISH_GATE = 3 };

/// Where a product goes, and how.
struct Output {
    float *y;
    /// One a token, or none: what rows of x were divided by.
    const float *rowScale;
    /// One an output, or none: of weights with 8 bits.
    const float *columnScale;
    const float *bias;
    int tokens, outputs, stride, finish;
};

__device__ inline float gelu(float v) { return 0.5f * v * (1.0f + erff(v * 0.70710678f)); }
__device__ inline float silu(float v) { return v / (1.0f + expf(-v)); }

/// The product of one token and one row of the weight, scaled and with its bias. Rounded after every operation: a compiler
/// that joins two of them in one kernel and not in another would make a row depend on what shares its batch.
__device__ inline float scaled(const Output &o, int token, int output, float v) {
    if (o.rowScale) v = __fmul_rn(v, o.rowScale[token]);
    if (o.columnScale) v = __fmul_rn(v, o.columnScale[output]);
    return o.bias ? __fadd_rn(v, o.bias[output]) : v;
}

__device__ inline void put(const Output &o, int token, int output, float v) {
    float *y = o.y + size_t(token) * o.stride + output;
    *y = o.finish == FINISH_ACCUMULATE ? __fadd_rn(*y, v) : v;
}

__device__ inline void finish(const Output &o, int token, int output, float v) {
    v = scaled(o, token, output, v);
    put(o, token, output, o.finish == FINISH_GELU ? gelu(v) : v);
}

/// `silu(gate) * up`: rows `output` and `outputs + output` of the weight.
__device__ inline void finishGate(const Output &o, int token, int output, float gate, float up) {
    put(o, token, output, __fmul_rn(silu(scaled(o, token, output, gate)), scaled(o, token, o.outputs + output, up)));
}

// ---- Few rows: a decode step -------------------------------------------------------------------------------------

/// Operands that lie ready.
struct ReadyRows {
    const bits16 *x;
    int width;

    __device__ void prepare(Output &) {}
    __device__ const uint4 *at(int token, int column) const {
        return reinterpret_cast<const uint4 *>(x + size_t(token) * width + column);
    }
};

/// At most `mostRows` rows of floats that every block makes operands of, in its shared memory: for so few that is sooner done
/// than a kernel is started for it. The values are those of `operandRows`.
struct OwnRows {
    const float *x, *gain;
    int columns, width, start;
    float epsilon;
    bits16 *operands;

    static constexpr int mostRows = 4;
    /// From row to row, so that two rows lie in other banks.
    __device__ int stride() const { return width + 32; }

    __device__ void prepare(Output &o) {
        __shared__ float partial[33], scales[mostRows];
        for (int token = 0; token < o.tokens; token++) {
            const float back = operandRow(operands + token * stride(), x + size_t(token) * columns, gain, nullptr, columns,
                                          width, start, epsilon, partial);
            if (threadIdx.x == 0) scales[token] = back;
        }
        o.rowScale = scales;
        __syncthreads();
    }
    __device__ const uint4 *at(int token, int column) const {
        return reinterpret_cast<const uint4 *>(operands + token * stride() + column);
    }
};

/// Few tokens: the weight streams past them.
///
/// A block of 8 warps takes `tall` times 16 rows of the weight at a time, as the matrix unit's rows, and `tiles` times 8 tokens
/// as its columns; each warp takes every eighth chunk of a row, and their sums are added in order. The lanes of a quad hold
/// 16 bytes each of a row: the order of the values inside a chunk is another than in memory, and the same on both sides.
/// Grid: (any; a block goes on with the next rows, all groups of tokens).
template <int tiles, int tall, bool isByte, class Source>
__device__ void stepProduct(Output o, Source x, const void *weight, int width) {
    constexpr int warps = 8, ahead = 4 / tall, chunk = isByte ? 64 : 32, perLane = chunk / 4;
    // Sums are added by pieces of so many tiles.
    constexpr int piece = tiles < 4 ? tiles : 4;
    __shared__ float sums[warps][16][8 * piece + 1];
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, g = lane / 4, t = lane % 4;
    const bool isGate = o.finish == FINISH_GATE;
    const int chunks = width / chunk, rows = isGate ? o.outputs * 2 : o.outputs;
    const int groups = (rows + 16 * tall - 1) / (16 * tall), token0 = blockIdx.y * 8 * tiles;
    const size_t rowBytes = size_t(width) * (isByte ? 1 : 2);
    bool hasWaited = false;
    for (int group = blockIdx.x; group < groups; group += gridDim.x) {
        // Rows g and g + 8 of each sixteen; with a gate, the same row of both halves.
        const char *from[tall][2];
#pragma unroll
        for (int r = 0; r < tall; r++) {
            const int sixteen = group * tall + r, first = isGate ? sixteen * 8 + g : sixteen * 16 + g;
            const int second = isGate ? first + o.outputs : first + 8;
            const bool hasFirst = first < o.outputs, hasSecond = hasFirst && second < rows;
            from[r][0] = static_cast<const char *>(weight) + (hasFirst ? first : 0) * rowBytes + t * 16;
            from[r][1] = static_cast<const char *>(weight) + (hasSecond ? second : 0) * rowBytes + t * 16;
        }
        uint4 held[ahead][tall][2];
        auto load = [&](int base) {
#pragma unroll
            for (int i = 0; i < ahead; i++) {
                const int c = base + i * warps;
                if (c >= chunks) continue;
#pragma unroll
                for (int r = 0; r < tall; r++) {
                    held[i][r][0] = loadOnce(from[r][0] + size_t(c) * 64);
                    held[i][r][1] = loadOnce(from[r][1] + size_t(c) * 64);
                }
            }
        };
        load(warp);
        if (!hasWaited) {
            waitForPrevious();
            letNextBegin();
            x.prepare(o);
            hasWaited = true;
        }
        float sum[tall][tiles][4];
#pragma unroll
        for (int r = 0; r < tall; r++)
#pragma unroll
            for (int n = 0; n < tiles; n++) { sum[r][n][0] = 0; sum[r][n][1] = 0; sum[r][n][2] = 0; sum[r][n][3] = 0; }
        for (int base = warp; base < chunks; base += warps * ahead) {
            if (base != warp) load(base);
#pragma unroll
            for (int i = 0; i < ahead; i++) {
                const int c = base + i * warps;
                if (c >= chunks) break;
#pragma unroll
                for (int n = 0; n < tiles; n++) {
                    const int token = token0 + n * 8 + g;
                    uint4 low = make_uint4(0, 0, 0, 0), high = low;
                    if (token < o.tokens) {
                        const uint4 *values = x.at(token, c * chunk + t * perLane);
                        low = values[0];
                        if (isByte) high = values[1];
                    }
                    const unsigned b0[4] = {low.x, low.y, low.z, low.w}, b1[4] = {high.x, high.y, high.z, high.w};
#pragma unroll
                    for (int r = 0; r < tall; r++) {
                        const uint4 first = held[i][r][0], second = held[i][r][1];
                        const unsigned a0[4] = {first.x, first.y, first.z, first.w};
                        const unsigned a1[4] = {second.x, second.y, second.z, second.w};
                        if (isByte) {
#pragma unroll
                            for (int j = 0; j < 4; j++) {
                                unsigned a[4];
                                widenBytes(a0[j], a[0], a[2]);
                                widenBytes(a1[j], a[1], a[3]);
                                multiplyTile(sum[r][n], a, b0[j], b1[j]);
                            }
                        } else {
#pragma unroll
                            for (int j = 0; j < 4; j += 2) {
                                const unsigned a[4] = {a0[j], a1[j], a0[j + 1], a1[j + 1]};
                                multiplyTile(sum[r][n], a, b0[j], b0[j + 1]);
                            }
                        }
                    }
                }
            }
        }
        const int height = isGate ? 8 : 16;
#pragma unroll
        for (int r = 0; r < tall; r++)
#pragma unroll
            for (int n0 = 0; n0 < tiles; n0 += piece) {
                __syncthreads();
#pragma unroll
                for (int n = 0; n < piece; n++)
#pragma unroll
                    for (int i = 0; i < 4; i++)
                        sums[warp][g + 8 * (i >> 1)][n * 8 + 2 * t + (i & 1)] = sum[r][n0 + n][i];
                __syncthreads();
                for (int i = threadIdx.x; i < height * 8 * piece; i += blockDim.x) {
                    const int row = i % height, column = i / height;
                    const int token = token0 + n0 * 8 + column, output = (group * tall + r) * height + row;
                    if (token >= o.tokens || output >= o.outputs) continue;
                    float v = 0, up = 0;
                    for (int w = 0; w < warps; w++) v += sums[w][row][column];
                    if (isGate) {
                        for (int w = 0; w < warps; w++) up += sums[w][row + 8][column];
                        finishGate(o, token, output, v, up);
                    } else {
                        finish(o, token, output, v);
                    }
                }
            }
    }
}

#define STEP_PRODUCT(name, tiles, tall, isByte, blocks)                                                            \
    extern "C" __global__ void __launch_bounds__(256, blocks)                                                      \
        name(Output output, const bits16 *x, const void *weight, int width) {                                      \
        stepProduct<tiles, tall, isByte>(output, ReadyRows{x, width}, weight, width);                              \
    }
STEP_PRODUCT(stepProduct8, 1, 1, false, 2)
STEP_PRODUCT(stepProduct16, 2, 1, false, 2)
STEP_PRODUCT(stepProduct32, 4, 1, false, 2)
STEP_PRODUCT(stepProduct64, 8, 2, false, 2)
STEP_PRODUCT(stepProduct8Bytes, 1, 1, true, 2)
STEP_PRODUCT(stepProduct16Bytes, 2, 1, true, 2)
STEP_PRODUCT(stepProduct32Bytes, 4, 1, true, 2)
STEP_PRODUCT(stepProduct64Bytes, 8, 2, true, 1)

#define STEP_PRODUCT_OF_ROWS(name, isByte)                                                                         \
    extern "C" __global__ void __launch_bounds__(256, 2)                                                           \
        name(Output output, const float *x, const float *gain, int columns, int start, float epsilon,             \
             const void *weight, int width) {                                                                      \
        DYNAMIC_SHARED(bits16, operands);                                                                          \
        stepProduct<1, 1, isByte>(output, OwnRows{x, gain, columns, width, start, epsilon, operands}, weight, width); \
    }
STEP_PRODUCT_OF_ROWS(stepProductOfRows, false)
STEP_PRODUCT_OF_ROWS(stepProductOfRowsBytes, true)

// ---- Many rows: prompts, the encoder, large batches -----------------------------------------------------------------

/// Rows of x as they lie.
struct PlainRows {
    const bits16 *x;
    int tokens, stride;

    struct Row { const bits16 *start; bool isValid; };
    __device__ Row row(int token) const {
        const bool isValid = token < tokens;
        return {x + size_t(isValid ? token : 0) * stride, isValid};
    }
    /// The eight values from column `k` on.
    __device__ const void *at(const Row &row, int k, bool &isValid) const {
        isValid = row.isValid;
        return row.start + k;
    }
};

/// The pixels that a 3x3 convolution with stride 2 sees, as rows of 9 `channels` values, tap by tap.
/// `x` is `[images, time, mel, channels]`, `channels` a multiple of 8.
struct ImageRows {
    const bits16 *x;
    int images, time, mel, channels;

    struct Row { const bits16 *image; int t, m; bool isValid; };
    __device__ Row row(int pixel) const {
        const int outMel = (mel + 1) / 2, outTime = (time + 1) / 2;
        const int image = pixel / (outMel * outTime), rest = pixel % (outMel * outTime);
        const bool isValid = image < images;
        return {x + size_t(isValid ? image : 0) * time * mel * channels, 2 * (rest / outMel) - 1, 2 * (rest % outMel) - 1, isValid};
    }
    __device__ const void *at(const Row &row, int k, bool &isValid) const {
        const int tap = k / channels, t = row.t + tap / 3, m = row.m + tap % 3;
        isValid = row.isValid && tap < 9 && t >= 0 && t < time && m >= 0 && m < mel;
        return isValid ? row.image + (size_t(t) * mel + m) * channels + k % channels : x;
    }
};

/// Place of the 16 bytes `part` of a row of 64 bytes, so that eight rows of one part lie in eight banks.
__device__ inline int swizzled(int row, int part) { return row * 64 + ((part ^ (row >> 1 & 3)) << 4); }
/// The same of a row of 32 bytes that are read by words.
__device__ inline int swizzledBytes(int row, int part) { return row * 32 + ((part ^ (row >> 2 & 1)) << 4); }

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
constexpr int productStages = 2;
#else
constexpr int productStages = 4;
#endif

/// A tile of `high` tokens by `wide` rows of the weight in a block of 8 warps, 2 by 4.
/// Grid: (tiles along the weight's rows, tiles along the tokens). With a gate, every other 8 rows of a tile are of
/// the second half of the weight.
template <int high, int wide, bool isByte, class Rows>
__device__ void product(const Output &o, const Rows &rows, const void *weight, int width) {
    constexpr int depth = 32, aBytes = high * 64, bBytes = wide * (isByte ? 32 : 64), stageBytes = aBytes + bBytes;
    constexpr int aParts = high * 4 / 256, bParts = (wide * (isByte ? 2 : 4) + 255) / 256;
    constexpr int tallTiles = high / 32, wideTiles = wide / 32;
    DYNAMIC_SHARED(unsigned char, shared);
    const bool isGate = o.finish == FINISH_GATE;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, g = lane / 4, t = lane % 4;
    const int tall = warp % 2 * (high / 2), along = warp / 2 * (wide / 4);
    const int token0 = blockIdx.y * high, output0 = blockIdx.x * (isGate ? wide / 2 : wide);
    const size_t rowBytes = size_t(width) * (isByte ? 1 : 2);

    typename Rows::Row aRows[aParts];
    for (int i = 0; i < aParts; i++) aRows[i] = rows.row(token0 + (threadIdx.x + 256 * i) / 4);
    const char *bRows[bParts];
    bool bValid[bParts];
    constexpr int bPerRow = isByte ? 2 : 4;
    for (int i = 0; i < bParts; i++) {
        const int r = (threadIdx.x + 256 * i) / bPerRow;
        int output = output0 + r;
        bool isValid = r < wide && output < o.outputs;
        if (isGate) {
            output = output0 + r / 16 * 8 + r % 8;
            isValid = r < wide && output < o.outputs;
            if (r / 8 % 2) output += o.outputs;
        }
        bValid[i] = isValid;
        bRows[i] = static_cast<const char *>(weight) + (isValid ? output : 0) * rowBytes + threadIdx.x % bPerRow * 16;
    }
    waitForPrevious();
    letNextBegin();

    auto load = [&](int stage, int block) {
        unsigned char *a = shared + stage * stageBytes, *b = a + aBytes;
        for (int i = 0; i < aParts; i++) {
            const int place = threadIdx.x + 256 * i, part = place % 4;
            bool isValid;
            const void *from = rows.at(aRows[i], block * depth + part * 8, isValid);
            copyAsync(a + swizzled(place / 4, part), from, isValid);
        }
        for (int i = 0; i < bParts; i++) {
            const int place = threadIdx.x + 256 * i, row = place / bPerRow, part = place % bPerRow;
            if (row < wide)
                copyAsync(b + (isByte ? swizzledBytes(row, part) : swizzled(row, part)),
                          bRows[i] + size_t(block) * depth * (isByte ? 1 : 2), bValid[i]);
        }
    };

    float sum[tallTiles][wideTiles][4];
    for (int i = 0; i < tallTiles; i++)
        for (int j = 0; j < wideTiles; j++)
            for (int k = 0; k < 4; k++) sum[i][j][k] = 0;

    const int blocks = width / depth;
    for (int i = 0; i < productStages - 1; i++) {
        if (i < blocks) load(i, i);
        commitCopies();
    }
    for (int block = 0; block < blocks; block++) {
        waitCopies<productStages - 2>();
        __syncthreads();
        const int next = block + productStages - 1;
        if (next < blocks) load(next % productStages, next);
        commitCopies();
        const unsigned char *a = shared + block % productStages * stageBytes, *b = a + aBytes;
#pragma unroll
        for (int half = 0; half < 2; half++) {
            unsigned fa[tallTiles][4], fb[wideTiles][2];
#pragma unroll
            for (int i = 0; i < tallTiles; i++)
                loadMatrices(fa[i], a + swizzled(tall + i * 16 + lane % 16, half * 2 + lane / 16));
            if (isByte) {
#pragma unroll
                for (int j = 0; j < wideTiles; j++) {
                    const int row = along + j * 8 + g;
                    widenBytes(*reinterpret_cast<const unsigned *>(b + swizzledBytes(row, half) + 4 * t), fb[j][0], fb[j][1]);
                }
            } else {
#pragma unroll
                for (int j = 0; j < wideTiles; j += 2) {
                    unsigned r[4];
                    const int row = along + j * 8 + lane / 16 * 8 + lane % 8;
                    loadMatrices(r, b + swizzled(row, half * 2 + lane / 8 % 2));
                    fb[j][0] = r[0]; fb[j][1] = r[1]; fb[j + 1][0] = r[2]; fb[j + 1][1] = r[3];
                }
            }
#pragma unroll
            for (int i = 0; i < tallTiles; i++)
#pragma unroll
                for (int j = 0; j < wideTiles; j++) multiplyTile(sum[i][j], fa[i], fb[j][0], fb[j][1]);
        }
    }
    // By way of shared memory, so that neighbouring threads store neighbouring values; one half of the tile at a time.
    waitCopies<0>();
    float *tile = reinterpret_cast<float *>(shared);
    constexpr int tileStride = wide + 4;
    const int columns = isGate ? wide / 2 : wide;
    for (int half = 0; half < 2; half++) {
        __syncthreads();
        if (warp % 2 == half) {
#pragma unroll
            for (int i = 0; i < tallTiles; i++)
#pragma unroll
                for (int j = 0; j < wideTiles; j++)
#pragma unroll
                    for (int k = 0; k < 4; k++)
                        tile[(i * 16 + g + 8 * (k >> 1)) * tileStride + along + j * 8 + 2 * t + (k & 1)] = sum[i][j][k];
        }
        __syncthreads();
        for (int i = threadIdx.x; i < high / 2 * columns; i += 256) {
            const int row = i / columns, column = i % columns;
            const int token = token0 + half * (high / 2) + row, output = output0 + column;
            if (token >= o.tokens || output >= o.outputs) continue;
            const float *values = tile + row * tileStride;
            if (isGate) {
                const float *pair = values + column / 8 * 16 + column % 8;
                finishGate(o, token, output, pair[0], pair[8]);
            } else {
                finish(o, token, output, values[column]);
            }
        }
    }
}

/// Dynamic shared memory of a product, in bytes: its stages, or half a tile of sums.
__device__ constexpr int sharedBytesOf(int high, int wide, bool isByte) {
    const int stages = productStages * (high + (isByte ? wide / 2 : wide)) * 64, tile = high / 2 * (wide + 4) * 4;
    return stages > tile ? stages : tile;
}
static_assert(sharedBytesOf(128, 128, false) <= 65536, "more than a card of compute capability 7.5 has");

#define PRODUCT(name, high, wide, isByte)                                                                          \
    extern "C" __global__ void __launch_bounds__(256)                                                              \
        name(Output output, const bits16 *x, const void *weight, int width) {                                      \
        product<high, wide, isByte>(output, PlainRows{x, output.tokens, width}, weight, width);                    \
    }
PRODUCT(product128, 128, 128, false)
PRODUCT(product64, 64, 64, false)
PRODUCT(product128Bytes, 128, 128, true)
PRODUCT(product64Bytes, 64, 64, true)

// ---- The convolutions of the stem -----------------------------------------------------------------------------------

/// Convolution as a product: output.tokens pixels, weight `[outputs, width]` of 9 `channels` columns and zeros.
extern "C" __global__ void __launch_bounds__(256)
    convolveImages(Output output, const bits16 *x, const bits16 *weight, int width, int images, int time, int mel, int channels) {
    product<128, 128, false>(output, ImageRows{x, images, time, mel, channels}, weight, width);
}

/// Convolution with any number of channels; one thread an output value.
extern "C" __global__ void convolvePlain(Output o, const float *x, const bits16 *weight, int width, int time, int mel, int channels) {
    waitForPrevious();
    letNextBegin();
    const int outMel = (mel + 1) / 2, outTime = (time + 1) / 2;
    for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < (long long)o.tokens * o.outputs;
         i += (long long)gridDim.x * blockDim.x) {
        const int output = int(i % o.outputs), pixel = int(i / o.outputs);
        const int image = pixel / (outMel * outTime), rest = pixel % (outMel * outTime);
        float sum = 0;
        for (int tap = 0; tap < 9; tap++) {
            const int t = 2 * (rest / outMel) - 1 + tap / 3, m = 2 * (rest % outMel) - 1 + tap % 3;
            if (t < 0 || t >= time || m < 0 || m >= mel) continue;
            const float *from = x + ((size_t(image) * time + t) * mel + m) * channels;
            for (int c = 0; c < channels; c++) sum += from[c] * widen(weight[size_t(output) * width + tap * channels + c]);
        }
        finish(o, pixel, output, sum);
    }
}
