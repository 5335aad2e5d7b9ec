// softmax(q k^T / sqrt(headDim)) v for a block of queries of one head, by the tiles of gemm.h.

typedef struct {
    const float *queries, *keys, *values;  // of one head: row i is `stride` after row i - 1
    size_t queryStride, keyStride, valueStride;
    float *y;
    size_t yStride;
    int32_t queryCount, keyCount, headDim;
    // Query i sees keys 0 ... lastKey + i; all of them where that is more than there are.
    int32_t lastKey;
} attention_head;

static inline int32_t round_up(int32_t n, int32_t to) { return (n + to - 1) / to * to; }

// Floats of scratch that the functions below need.
static size_t attention_scratch(int32_t keyCount, int32_t headDim) {
    size_t keys = (size_t)round_up(keyCount, NR), width = (size_t)round_up(headDim, NR);
    return keys * (size_t)headDim + keys * width + MR * (size_t)headDim + 2 * MR * keys + MR * NR;
}

// k^T in panels [keys / NR][headDim][NR] and v in panels [headDim / NR][keys][NR], filled up with 0.
static void pack_keys_values(float *scratch, const attention_head *h) {
    int32_t keys = round_up(h->keyCount, NR), width = round_up(h->headDim, NR);
    float *k = scratch, *v = scratch + (size_t)keys * (size_t)h->headDim;
    for (int32_t j = 0; j < keys; j++) {
        const float *key = h->keys + (size_t)j * h->keyStride;
        float *panel = k + (size_t)(j / NR) * (size_t)h->headDim * NR + j % NR;
        for (int32_t d = 0; d < h->headDim; d++) panel[(size_t)d * NR] = j < h->keyCount ? key[d] : 0;
        const float *value = h->values + (size_t)j * h->valueStride;
        for (int32_t d = 0; d < width; d++)
            v[(size_t)(d / NR) * (size_t)keys * NR + (size_t)j * NR + d % NR] =
                j < h->keyCount && d < h->headDim ? value[d] : 0;
    }
}

// In place: exponentials of the first `count` scores relative to the largest, 0 after them up to
// `padded`. Returns the reciprocal of their sum.
static inline float softmax_row(float *scores, int32_t count, int32_t padded) {
    for (int32_t j = count; j < padded; j++) scores[j] = -__builtin_inff();
    vf shift = splat(largest_of(scores, count)), total = splat(0);
    int32_t j = 0;
    for (; j + CK_LANES <= padded; j += CK_LANES) {
        vf s = load(scores + j);
        vf e = select(s > splat(-__builtin_inff()), vexp(s - shift), splat(0));
        store(scores + j, e);
        total = total + e;
    }
    return 1 / sum(total);
}

// All queries of a head whose keys and values pack_keys_values has packed into the same scratch.
static void attend_tiles(float *scratch, const attention_head *h) {
    int32_t keys = round_up(h->keyCount, NR), width = round_up(h->headDim, NR);
    const float *k = scratch, *v = k + (size_t)keys * (size_t)h->headDim;
    float *q = scratch + (size_t)keys * ((size_t)h->headDim + (size_t)width);
    float *scores = q + MR * (size_t)h->headDim, *weights = scores + MR * (size_t)keys;
    float *c = weights + MR * (size_t)keys;
    float scale = 1 / __builtin_sqrtf((float)h->headDim);
    for (int32_t first = 0; first < h->queryCount; first += MR) {
        int32_t rows = h->queryCount - first < MR ? h->queryCount - first : MR;
        int32_t last = h->lastKey + first + rows - 1;
        int32_t seen = round_up(last + 1 < h->keyCount ? last + 1 : h->keyCount, NR);
        for (int32_t r = 0; r < MR; r++)
            for (int32_t d = 0; d < h->headDim; d++)
                q[(size_t)d * MR + r] =
                    r < rows ? h->queries[(size_t)(first + r) * h->queryStride + (size_t)d] * scale : 0;
        for (int32_t j = 0; j < seen; j += NR) {
            multiply_tile(c, q, k + (size_t)j * (size_t)h->headDim, h->headDim, false);
            for (int32_t r = 0; r < MR; r++) __builtin_memcpy(scores + (size_t)r * keys + j, c + r * NR, sizeof(float) * NR);
        }
        for (int32_t r = 0; r < MR; r++) {
            int32_t own = h->lastKey + first + (r < rows ? r : rows - 1) + 1;
            float *row = scores + (size_t)r * keys;
            float scaleRow = softmax_row(row, own < h->keyCount ? own : h->keyCount, seen);
            for (int32_t j = 0; j < seen; j++) weights[(size_t)j * MR + r] = row[j] * scaleRow;
        }
        for (int32_t d = 0; d < h->headDim; d += NR) {
            multiply_tile(c, weights, v + (size_t)(d / NR) * (size_t)keys * NR, seen, false);
            int32_t columns = h->headDim - d < NR ? h->headDim - d : NR;
            for (int32_t r = 0; r < rows; r++)
                __builtin_memcpy(h->y + (size_t)(first + r) * h->yStride + d, c + r * NR,
                                 sizeof(float) * (size_t)columns);
        }
    }
}

// --- Both directions, inside blocks of rows ------------------------------------------------------

typedef struct {
    ck_pool *pool;
    float *y;
    const float *packed;
    ck_heads heads;
    const int32_t *blocks;
    atomic_bool failed;
} blocks_job;

static void attend_block(void *context, size_t index, int32_t thread) {
    blocks_job *job = context;
    int32_t head = (int32_t)(index % (size_t)job->heads.queryHeads), block = (int32_t)(index / (size_t)job->heads.queryHeads);
    size_t first = 0;
    for (int32_t b = 0; b < block; b++) first += (size_t)job->blocks[b];
    size_t d = (size_t)job->heads.headDim, queries = (size_t)job->heads.queryHeads * d;
    size_t keyValues = (size_t)job->heads.keyValueHeads * d, width = queries + 2 * keyValues;
    size_t shared = (size_t)(head / (job->heads.queryHeads / job->heads.keyValueHeads)) * d;
    const float *rows = job->packed + first * width;
    int32_t count = job->blocks[block];
    attention_head h = {rows + (size_t)head * d, rows + queries + shared, rows + queries + keyValues + shared,
                        width, width, width, job->y + first * queries + (size_t)head * d, queries,
                        count, count, job->heads.headDim, count};
    float *scratch = ck_scratch(job->pool, thread, sizeof(float) * attention_scratch(count, h.headDim));
    if (!scratch) {
        atomic_store(&job->failed, true);
        return;
    }
    pack_keys_values(scratch, &h);
    attend_tiles(scratch, &h);
}

static bool attention(ck_pool *pool, float *y, const float *packed, ck_heads heads, const int32_t *blocks,
                      int32_t blockCount) {
    blocks_job job = {.pool = pool, .y = y, .packed = packed, .heads = heads, .blocks = blocks};
    ck_parallel(pool, (size_t)blockCount * (size_t)heads.queryHeads, attend_block, &job);
    return !atomic_load(&job.failed);
}
