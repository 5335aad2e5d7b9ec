// Attention: tiles of queries on the matrix units, single rows of a decode step, and any head size plainly.

/// Where keys and values lie: a slot's positions by blocks of `cacheBlock`, each anywhere in memory. A block holds all
/// layers: `[layers, key or value, heads, cacheBlock, headDim]` operands.
struct Cache {
    /// `[slots, blocksPerSlot]`
    bits16 *const *blocks;
    int blocksPerSlot, layer, heads, headDim;
};

constexpr int cacheBlock = 16;

__device__ inline bits16 *cacheRow(const Cache &c, int slot, int head, int position, bool isValue) {
    return c.blocks[slot * c.blocksPerSlot + position / cacheBlock]
        + (((size_t(c.layer) * 2 + isValue) * c.heads + head) * cacheBlock + position % cacheBlock) * c.headDim;
}

/// How packed rows divide: queries, keys, values.
struct Heads {
    int query, keyValue, headDim;
};

/// A value of a head after norm and rotation; `i` is below headDim / 2 and gives `i` and `i + headDim / 2`.
__device__ inline void rotated(const float *row, const float *gain, const float *angles, float scale, int half, int i,
                               float &first, float &second) {
    const float a = row[i] * scale * gain[i], b = row[i + half] * scale * gain[i + half];
    first = a * angles[i] - b * angles[half + i];
    second = b * angles[i] + a * angles[half + i];
}

__device__ inline float headScale(const float *row, int headDim, float epsilon) {
    float squares = 0;
    for (int i = threadIdx.x % 32; i < headDim; i += 32) squares += row[i] * row[i];
    return 1.0f / sqrtf(sumOfWarp(squares) / headDim + epsilon);
}

/// Normalises and rotates queries (to `queries`, as operands) and keys, and stores keys and values; one warp a row and head.
/// Grid: (rows, heads of all kinds / 4). `places` holds the slot of each row, then its position.
extern "C" __global__ void rotateRows(bits16 *queries, const float *packed, Heads heads, const float *queryGain,
                                      const float *keyGain, float epsilon, const float *rotary, const int *slots,
                                      const int *positions, Cache cache) {
    waitForPrevious();
    letNextBegin();
    const int row = blockIdx.x, head = blockIdx.y * (blockDim.x / 32) + threadIdx.x / 32, lane = threadIdx.x % 32;
    const int headDim = heads.headDim, half = headDim / 2, slot = slots[row], position = positions[row];
    if (head >= heads.query + 2 * heads.keyValue || slot < 0) return;
    const float *from = packed + (size_t(row) * (heads.query + 2 * heads.keyValue) + head) * headDim;
    if (head >= heads.query + heads.keyValue) {
        bits16 *to = cacheRow(cache, slot, head - heads.query - heads.keyValue, position, true);
        for (int i = lane; i < headDim; i += 32) to[i] = narrow(from[i]);
        return;
    }
    const bool isQuery = head < heads.query;
    bits16 *to = isQuery ? queries + (size_t(row) * heads.query + head) * headDim
                         : cacheRow(cache, slot, head - heads.query, position, false);
    const float scale = headScale(from, headDim, epsilon);
    for (int i = lane; i < half; i += 32) {
        float first, second;
        rotated(from, isQuery ? queryGain : keyGain, rotary + size_t(position) * headDim, scale, half, i, first, second);
        to[i] = narrow(first);
        to[i + half] = narrow(second);
    }
}

/// A tile of up to 64 query rows. In blocks: keys are the `keys` packed rows from `first` on. Causal: the rows have the
/// positions from `first` on in slot `keys`.
struct Tile {
    int row, count, first, keys;
};

/// Place of the 16 bytes `part` of a row of `headDim` operands.
template <int headDim> __device__ inline int keyPlace(int row, int part) { return row * headDim * 2 + ((part ^ (row & 7)) << 4); }

/// Attention of a tile to its keys, 64 at a time, with a running softmax. Grid: (tiles, query heads), 128 threads.
///
/// In blocks, `x` is packed rows; causal, it is the rotated queries, and keys come from the cache.
template <int headDim, bool isCausal>
__device__ void attendTile(float *y, const bits16 *x, Heads heads, const Tile *tiles, Cache cache) {
    constexpr int parts = headDim / 8, steps = headDim / 16, span = 64;
    DYNAMIC_SHARED(unsigned char, shared);
    waitForPrevious();
    letNextBegin();
    const Tile tile = tiles[blockIdx.x];
    const int head = blockIdx.y, keyHead = head / (heads.query / heads.keyValue);
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, g = lane / 4, t = lane % 4;
    const int xStride = (isCausal ? heads.query : heads.query + 2 * heads.keyValue) * headDim;
    const int keyCount = isCausal ? tile.first + tile.count : tile.keys;

    auto load = [&](int stage, int span0) {
        unsigned char *k = shared + stage * span * headDim * 4, *v = k + span * headDim * 2;
        for (int i = threadIdx.x; i < span * parts; i += 128) {
            const int row = i / parts, part = i % parts, key = span0 + row;
            const bool isValid = key < keyCount;
            const int at = isValid ? key : 0;
            const bits16 *keyFrom, *valueFrom;
            if (isCausal) {
                keyFrom = cacheRow(cache, tile.keys, keyHead, at, false);
                valueFrom = cacheRow(cache, tile.keys, keyHead, at, true);
            } else {
                keyFrom = x + size_t(tile.first + at) * xStride + (heads.query + keyHead) * headDim;
                valueFrom = keyFrom + heads.keyValue * headDim;
            }
            copyAsync(k + keyPlace<headDim>(row, part), keyFrom + part * 8, isValid);
            copyAsync(v + keyPlace<headDim>(row, part), valueFrom + part * 8, isValid);
        }
    };

    // Rows g and g + 8 of the warp's sixteen.
    const int rowInTile[2] = {warp * 16 + g, warp * 16 + g + 8};
    unsigned q[steps][4];
#pragma unroll
    for (int s = 0; s < steps; s++)
#pragma unroll
        for (int i = 0; i < 4; i++) {
            const int r = rowInTile[i & 1];
            const bits16 *from = x + size_t(tile.row + r) * xStride + head * headDim + s * 16 + 2 * t + 8 * (i >> 1);
            q[s][i] = r < tile.count ? *reinterpret_cast<const unsigned *>(from) : 0;
        }
    int limit[2];
    for (int i = 0; i < 2; i++) limit[i] = isCausal ? min(tile.first + rowInTile[i] + 1, keyCount) : keyCount;

    float out[parts][4], top[2] = {-INFINITY, -INFINITY}, total[2] = {0, 0};
#pragma unroll
    for (int j = 0; j < parts; j++) { out[j][0] = 0; out[j][1] = 0; out[j][2] = 0; out[j][3] = 0; }
    const float scale = rsqrtf(float(headDim)) * 1.44269504f;

    load(0, 0);
    commitCopies();
    const int spans = (keyCount + span - 1) / span;
    for (int index = 0; index < spans; index++) {
        waitCopies<0>();
        __syncthreads();
        if (index + 1 < spans) load((index + 1) % 2, (index + 1) * span);
        commitCopies();
        const unsigned char *k = shared + index % 2 * span * headDim * 4, *v = k + span * headDim * 2;

        float score[8][4];
#pragma unroll
        for (int j = 0; j < 8; j++) { score[j][0] = 0; score[j][1] = 0; score[j][2] = 0; score[j][3] = 0; }
#pragma unroll
        for (int j = 0; j < 8; j += 2)
#pragma unroll
            for (int s = 0; s < steps; s++) {
                unsigned r[4];
                loadMatrices(r, k + keyPlace<headDim>(j * 8 + lane / 16 * 8 + lane % 8, 2 * s + lane / 8 % 2));
                multiplyTile(score[j], q[s], r[0], r[1]);
                multiplyTile(score[j + 1], q[s], r[2], r[3]);
            }
        float newTop[2] = {top[0], top[1]};
#pragma unroll
        for (int j = 0; j < 8; j++)
#pragma unroll
            for (int i = 0; i < 4; i++) {
                const int key = index * span + j * 8 + 2 * t + (i & 1);
                score[j][i] = key < limit[i >> 1] ? score[j][i] * scale : -INFINITY;
                newTop[i >> 1] = fmaxf(newTop[i >> 1], score[j][i]);
            }
        float keep[2];
#pragma unroll
        for (int i = 0; i < 2; i++) {
            newTop[i] = fmaxf(newTop[i], __shfl_xor_sync(~0u, newTop[i], 1));
            newTop[i] = fmaxf(newTop[i], __shfl_xor_sync(~0u, newTop[i], 2));
            keep[i] = newTop[i] == -INFINITY ? 1.0f : exp2f(top[i] - newTop[i]);
            top[i] = newTop[i];
            total[i] *= keep[i];
        }
#pragma unroll
        for (int j = 0; j < 8; j++)
#pragma unroll
            for (int i = 0; i < 4; i++) {
                score[j][i] = top[i >> 1] == -INFINITY ? 0.0f : exp2f(score[j][i] - top[i >> 1]);
                total[i >> 1] += score[j][i];
            }
#pragma unroll
        for (int j = 0; j < parts; j++)
#pragma unroll
            for (int i = 0; i < 4; i++) out[j][i] *= keep[i >> 1];
#pragma unroll
        for (int s = 0; s < 4; s++) {
            const unsigned p[4] = {pack(score[2 * s][0], score[2 * s][1]), pack(score[2 * s][2], score[2 * s][3]),
                                   pack(score[2 * s + 1][0], score[2 * s + 1][1]), pack(score[2 * s + 1][2], score[2 * s + 1][3])};
#pragma unroll
            for (int j = 0; j < parts; j += 2) {
                unsigned r[4];
                loadTransposed(r, v + keyPlace<headDim>(s * 16 + lane % 16, j + lane / 16));
                multiplyTile(out[j], p, r[0], r[1]);
                multiplyTile(out[j + 1], p, r[2], r[3]);
            }
        }
    }
    for (int i = 0; i < 2; i++) {
        total[i] += __shfl_xor_sync(~0u, total[i], 1);
        total[i] += __shfl_xor_sync(~0u, total[i], 2);
        if (rowInTile[i] >= tile.count) continue;
        float *to = y + (size_t(tile.row + rowInTile[i]) * heads.query + head) * headDim + 2 * t;
        for (int j = 0; j < parts; j++) {
            to[j * 8] = out[j][2 * i] / total[i];
            to[j * 8 + 1] = out[j][2 * i + 1] / total[i];
        }
    }
}

#define ATTEND_TILE(name, headDim, isCausal)                                                                       \
    extern "C" __global__ void __launch_bounds__(128)                                                              \
        name(float *y, const bits16 *x, Heads heads, const Tile *tiles, Cache cache) {                            \
        attendTile<headDim, isCausal>(y, x, heads, tiles, cache);                                                  \
    }
ATTEND_TILE(attendBlocks64, 64, false)
ATTEND_TILE(attendBlocks128, 128, false)
ATTEND_TILE(attendCausally64, 64, true)
ATTEND_TILE(attendCausally128, 128, true)

/// Attention with any head size, one warp a row and query head: every row of a tile. Grid: (tiles, query heads), 128 threads.
extern "C" __global__ void attendPlain(float *y, const bits16 *x, Heads heads, const Tile *tiles, Cache cache, int isCausal) {
    waitForPrevious();
    letNextBegin();
    const Tile tile = tiles[blockIdx.x];
    const int head = blockIdx.y, keyHead = head / (heads.query / heads.keyValue), lane = threadIdx.x % 32;
    const int headDim = heads.headDim, xStride = (isCausal ? heads.query : heads.query + 2 * heads.keyValue) * headDim;
    for (int r = threadIdx.x / 32; r < tile.count; r += blockDim.x / 32) {
        const bits16 *query = x + size_t(tile.row + r) * xStride + head * headDim;
        float *to = y + (size_t(tile.row + r) * heads.query + head) * headDim;
        const int keys = isCausal ? tile.first + r + 1 : tile.keys;
        auto rowOf = [&](int key, bool isValue) -> const bits16 * {
            if (isCausal) return cacheRow(cache, tile.keys, keyHead, key, isValue);
            return x + size_t(tile.first + key) * xStride + (heads.query + keyHead + (isValue ? heads.keyValue : 0)) * headDim;
        };
        float top = -INFINITY, total = 0;
        for (int pass = 0; pass < 2; pass++)
            for (int key = 0; key < keys; key++) {
                float dot = 0;
                const bits16 *k = rowOf(key, false);
                for (int i = lane; i < headDim; i += 32) dot += widen(query[i]) * widen(k[i]);
                dot = sumOfWarp(dot) * rsqrtf(float(headDim));
                if (pass == 0) top = fmaxf(top, dot);
                else total += expf(dot - top);
            }
        for (int i0 = 0; i0 < headDim; i0 += 32) {
            float sum = 0;
            for (int key = 0; key < keys; key++) {
                float dot = 0;
                const bits16 *k = rowOf(key, false);
                for (int i = lane; i < headDim; i += 32) dot += widen(query[i]) * widen(k[i]);
                const float p = expf(sumOfWarp(dot) * rsqrtf(float(headDim)) - top) / total;
                if (i0 + lane < headDim) sum += p * widen(rowOf(key, true)[i0 + lane]);
            }
            if (i0 + lane < headDim) to[i0 + lane] = sum;
        }
    }
}

// ---- One row of each sequence -----------------------------------------------------------------------------------------

/// Positions that a block attends to.
constexpr int stepSpan = 64;

/// Norm, rotation, storing and attention of a decode step. Grid: (rows * key heads, spans of the longest), 128 threads.
///
/// Every span of `stepSpan` positions is a block's; the one that ends last joins them in order, so the result does not
/// depend on which it is. `partial` holds top, total and sums of every span; `arrived` counts, and is zero before and after.
template <int headDim, int group>
__device__ void attendStep(float *y, const float *packed, Heads heads, const float *queryGain, const float *keyGain,
                           float epsilon, const float *rotary, const int *slots, const int *positions, Cache cache,
                           float *partial, unsigned *arrived) {
    constexpr int lanes = headDim / 8, perWarp = 32 / lanes, teams = 4 * perWarp, keysEach = stepSpan / teams, half = headDim / 2;
    __shared__ float queries[group][headDim], tops[teams][group], totals[teams][group], sums[teams][group][headDim];
    __shared__ unsigned isLast;
    waitForPrevious();
    letNextBegin();
    const int row = blockIdx.x / heads.keyValue, keyHead = blockIdx.x % heads.keyValue, spanIndex = blockIdx.y;
    const int slot = slots[row], position = positions[row], spans = position / stepSpan + 1;
    if (slot < 0 || spanIndex >= spans) return;
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    const float *packedRow = packed + size_t(row) * (heads.query + 2 * heads.keyValue) * headDim;
    const float *angles = rotary + size_t(position) * headDim;
    for (int h = warp; h < group; h += 4) {
        const float *from = packedRow + (keyHead * group + h) * headDim;
        const float scale = headScale(from, headDim, epsilon);
        for (int i = lane; i < half; i += 32) {
            float first, second;
            rotated(from, queryGain, angles, scale, half, i, first, second);
            // Rounded as in a prompt.
            queries[h][i] = widen(narrow(first));
            queries[h][i + half] = widen(narrow(second));
        }
    }
    if (spanIndex == spans - 1 && warp == 3) {
        const float *key = packedRow + (heads.query + keyHead) * headDim, *value = key + heads.keyValue * headDim;
        bits16 *keyTo = cacheRow(cache, slot, keyHead, position, false), *valueTo = cacheRow(cache, slot, keyHead, position, true);
        const float scale = headScale(key, headDim, epsilon);
        for (int i = lane; i < half; i += 32) {
            float first, second;
            rotated(key, keyGain, angles, scale, half, i, first, second);
            keyTo[i] = narrow(first);
            keyTo[i + half] = narrow(second);
        }
        for (int i = lane; i < headDim; i += 32) valueTo[i] = narrow(value[i]);
    }
    __syncthreads();

    const int team = threadIdx.x / lanes, part = threadIdx.x % lanes;
    float score[keysEach][group];
    const float scale = rsqrtf(float(headDim)) * 1.44269504f;
#pragma unroll
    for (int j = 0; j < keysEach; j++) {
        const int key = spanIndex * stepSpan + j * teams + team;
        uint4 bits = make_uint4(0, 0, 0, 0);
        if (key <= position) bits = *reinterpret_cast<const uint4 *>(cacheRow(cache, slot, keyHead, key, false) + part * 8);
        const unsigned words[4] = {bits.x, bits.y, bits.z, bits.w};
#pragma unroll
        for (int h = 0; h < group; h++) {
            float dot = 0;
#pragma unroll
            for (int i = 0; i < 4; i++) {
                dot += queries[h][part * 8 + 2 * i] * widen(bits16(words[i] & 0xFFFF));
                dot += queries[h][part * 8 + 2 * i + 1] * widen(bits16(words[i] >> 16));
            }
#pragma unroll
            for (int m = lanes / 2; m > 0; m >>= 1) dot += __shfl_xor_sync(~0u, dot, m);
            score[j][h] = key <= position ? dot * scale : -INFINITY;
        }
    }
    float sum[group][8];
#pragma unroll
    for (int h = 0; h < group; h++) {
        float top = -INFINITY, total = 0;
#pragma unroll
        for (int j = 0; j < keysEach; j++) top = fmaxf(top, score[j][h]);
#pragma unroll
        for (int j = 0; j < keysEach; j++) {
            score[j][h] = top == -INFINITY ? 0.0f : exp2f(score[j][h] - top);
            total += score[j][h];
        }
        if (part == 0) { tops[team][h] = top; totals[team][h] = total; }
#pragma unroll
        for (int i = 0; i < 8; i++) sum[h][i] = 0;
    }
#pragma unroll
    for (int j = 0; j < keysEach; j++) {
        const int key = spanIndex * stepSpan + j * teams + team;
        if (key > position) continue;
        const uint4 bits = *reinterpret_cast<const uint4 *>(cacheRow(cache, slot, keyHead, key, true) + part * 8);
        const unsigned words[4] = {bits.x, bits.y, bits.z, bits.w};
#pragma unroll
        for (int h = 0; h < group; h++)
#pragma unroll
            for (int i = 0; i < 4; i++) {
                sum[h][2 * i] += score[j][h] * widen(bits16(words[i] & 0xFFFF));
                sum[h][2 * i + 1] += score[j][h] * widen(bits16(words[i] >> 16));
            }
    }
#pragma unroll
    for (int h = 0; h < group; h++)
#pragma unroll
        for (int i = 0; i < 8; i++) sums[team][h][part * 8 + i] = sum[h][i];
    __syncthreads();

    // The block's teams, in order.
    float *mine = partial + (size_t(blockIdx.x) * gridDim.y + spanIndex) * group * (headDim + 2);
    float *to = y + (size_t(row) * heads.query + keyHead * group) * headDim;
    for (int i = threadIdx.x; i < group * headDim; i += 128) {
        const int h = i / headDim, d = i % headDim;
        float top = -INFINITY, total = 0, all = 0;
        for (int w = 0; w < teams; w++) top = fmaxf(top, tops[w][h]);
        for (int w = 0; w < teams; w++) {
            const float share = tops[w][h] == -INFINITY ? 0.0f : exp2f(tops[w][h] - top);
            total += totals[w][h] * share;
            all += sums[w][h][d] * share;
        }
        if (spans == 1) { to[i] = all / total; continue; }
        mine[h * (headDim + 2) + 2 + d] = all;
        if (d == 0) { mine[h * (headDim + 2)] = top; mine[h * (headDim + 2) + 1] = total; }
    }
    if (spans == 1) return;
    __threadfence();
    __syncthreads();
    if (threadIdx.x == 0) isLast = atomicAdd(&arrived[blockIdx.x], 1u) == unsigned(spans - 1);
    __syncthreads();
    if (!isLast) return;
    __threadfence();
    const float *first = partial + size_t(blockIdx.x) * gridDim.y * group * (headDim + 2);
    for (int i = threadIdx.x; i < group * headDim; i += 128) {
        const int h = i / headDim, d = i % headDim;
        float top = -INFINITY, total = 0, all = 0;
        for (int s = 0; s < spans; s++) top = fmaxf(top, __ldcg(first + (size_t(s) * group + h) * (headDim + 2)));
        for (int s = 0; s < spans; s++) {
            const float *one = first + (size_t(s) * group + h) * (headDim + 2);
            const float share = exp2f(__ldcg(one) - top);
            total += __ldcg(one + 1) * share;
            all += __ldcg(one + 2 + d) * share;
        }
        to[i] = all / total;
    }
    if (threadIdx.x == 0) arrived[blockIdx.x] = 0;
}

#define ATTEND_STEP(name, headDim, group)                                                                          \
    extern "C" __global__ void __launch_bounds__(128)                                                              \
        name(float *y, const float *packed, Heads heads, const float *queryGain, const float *keyGain,            \
             float epsilon, const float *rotary, const int *slots, const int *positions, Cache cache,              \
             float *partial, unsigned *arrived) {                                                                  \
        attendStep<headDim, group>(y, packed, heads, queryGain, keyGain, epsilon, rotary, slots, positions, cache, \
                                   partial, arrived);                                                              \
    }
ATTEND_STEP(attendStep64x1, 64, 1)
ATTEND_STEP(attendStep64x2, 64, 2)
ATTEND_STEP(attendStep64x4, 64, 4)
ATTEND_STEP(attendStep128x1, 128, 1)
ATTEND_STEP(attendStep128x2, 128, 2)
ATTEND_STEP(attendStep128x4, 128, 4)
