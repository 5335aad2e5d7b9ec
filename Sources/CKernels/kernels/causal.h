// Attention to a cache: a prompt's rows by tiles, a decode step's single row by streaming.

typedef struct {
    ck_pool *pool;
    float *y, *packed;
    ck_cache cache;
    ck_heads heads;
    const float *queryGain, *keyGain, *rotary;
    float epsilon;
    const ck_run *runs;
    int32_t runCount;
    atomic_bool failed;
} causal_job;

// The run that a packed row belongs to, and its place in it.
static const ck_run *run_of_row(const causal_job *job, size_t row, int32_t *place) {
    const ck_run *run = job->runs;
    while (row >= (size_t)run->count) row -= (size_t)run++->count;
    *place = (int32_t)row;
    return run;
}

// --- Normalise, rotate, store --------------------------------------------------------------------

static void rotate_row(void *context, size_t index, int32_t thread) {
    (void)thread;
    causal_job *job = context;
    int32_t place;
    const ck_run *run = run_of_row(job, index, &place);
    int32_t d = job->heads.headDim, half = d / 2, queries = job->heads.queryHeads, shared = job->heads.keyValueHeads;
    float *row = job->packed + index * (size_t)(queries + 2 * shared) * (size_t)d;
    size_t position = (size_t)(run->firstPosition + place);
    const float *cosines = job->rotary + position * (size_t)d, *sines = cosines + half;
    for (int32_t head = 0; head < queries + shared; head++) {
        float *x = row + (size_t)head * (size_t)d;
        rms_norm_row(x, x, head < queries ? job->queryGain : job->keyGain, job->epsilon, d);
        for (int32_t i = 0; i < half; i++) {
            float a = x[i], b = x[i + half];
            x[i] = a * cosines[i] - b * sines[i];
            x[i + half] = b * cosines[i] + a * sines[i];
        }
    }
    for (int32_t head = 0; head < shared; head++) {
        size_t at = (size_t)run->slot * job->cache.slotStride + (size_t)head * job->cache.headStride + position * (size_t)d;
        const float *key = row + (size_t)(queries + head) * (size_t)d, *value = key + (size_t)shared * (size_t)d;
        __builtin_memcpy(job->cache.keys + at, key, sizeof(float) * (size_t)d);
        __builtin_memcpy(job->cache.values + at, value, sizeof(float) * (size_t)d);
    }
}

static size_t row_count(const ck_run *runs, int32_t runCount) {
    size_t rows = 0;
    for (int32_t i = 0; i < runCount; i++) rows += (size_t)runs[i].count;
    return rows;
}

static void rotate_and_store(ck_pool *pool, float *packed, ck_cache cache, const float *queryGain,
                             const float *keyGain, float epsilon, const float *rotary, ck_heads heads,
                             const ck_run *runs, int32_t runCount) {
    causal_job job = {.packed = packed, .cache = cache, .heads = heads, .queryGain = queryGain,
                      .keyGain = keyGain, .epsilon = epsilon, .rotary = rotary, .runs = runs, .runCount = runCount};
    ck_parallel(pool, row_count(runs, runCount), rotate_row, &job);
}

// --- Attend --------------------------------------------------------------------------------------

// Heads that share one reading of keys and values, and vectors of a value that are summed at once: the
// whole of a value of 128 where 32 registers hold that for two heads, so that it is read in one stream.
enum { HEADS_AT_ONCE = 2, PARTS = MR < 8 ? 4 : 8 };

// Columns i ..< i + parts * CK_LANES of the sums of all values, for `heads` heads.
static inline __attribute__((always_inline)) void weigh_values(const attention_head *h, const float *scores,
                                                               int32_t padded, const float *scales, int32_t i,
                                                               const int heads, const int parts) {
    vf acc[HEADS_AT_ONCE][PARTS];
    UNROLL for (int head = 0; head < heads; head++)
        UNROLL for (int part = 0; part < parts; part++) acc[head][part] = splat(0);
    for (int32_t j = 0; j < h->keyCount; j++) {
        const float *value = h->values + (size_t)j * h->valueStride + i;
        UNROLL for (int head = 0; head < heads; head++) {
            vf w = splat(scores[head * padded + j]);
            UNROLL for (int part = 0; part < parts; part++)
                acc[head][part] = fma(w, load(value + part * CK_LANES), acc[head][part]);
        }
    }
    UNROLL for (int head = 0; head < heads; head++)
        UNROLL for (int part = 0; part < parts; part++)
            store(h->y + head * h->headDim + i + part * CK_LANES, acc[head][part] * splat(scales[head]));
}

// One query of `heads` neighbouring heads: scores[heads][padded] of all keys, then the weighted sums of
// all values. A head gets the same bits with another and alone.
static inline __attribute__((always_inline)) void attend_one(float *scores, const attention_head *h,
                                                             const int heads) {
    int32_t d = h->headDim, count = h->keyCount, padded = round_up(count, CK_LANES);
    float scale = 1 / __builtin_sqrtf((float)d), scales[HEADS_AT_ONCE];
    for (int32_t j = 0; j < count; j++) {
        const float *key = h->keys + (size_t)j * h->keyStride;
        vf acc[HEADS_AT_ONCE][2];
        UNROLL for (int head = 0; head < heads; head++) acc[head][0] = acc[head][1] = splat(0);
        int32_t i = 0;
        for (; i + 2 * CK_LANES <= d; i += 2 * CK_LANES)
            UNROLL for (int head = 0; head < heads; head++)
                UNROLL for (int part = 0; part < 2; part++) {
                    int32_t at = i + part * CK_LANES;
                    acc[head][part] = fma(load(h->queries + head * d + at), load(key + at), acc[head][part]);
                }
        UNROLL for (int head = 0; head < heads; head++) {
            float rest = 0;
            for (int32_t c = i; c < d; c++) rest += h->queries[head * d + c] * key[c];
            scores[head * padded + j] = (sum(acc[head][0] + acc[head][1]) + rest) * scale;
        }
    }
    for (int head = 0; head < heads; head++) scales[head] = softmax_row(scores + head * padded, count, padded);
    int32_t i = 0;
    for (; i + PARTS * CK_LANES <= d; i += PARTS * CK_LANES) weigh_values(h, scores, padded, scales, i, heads, PARTS);
    for (; i + CK_LANES <= d; i += CK_LANES) weigh_values(h, scores, padded, scales, i, heads, 1);
    for (; i < d; i++)
        for (int head = 0; head < heads; head++) {
            float total = 0;
            for (int32_t j = 0; j < count; j++)
                total += scores[head * padded + j] * h->values[(size_t)j * h->valueStride + (size_t)i];
            h->y[head * d + i] = total * scales[head];
        }
}

// One key/value head of one run: the query heads that share it share what is packed.
static void attend_run(void *context, size_t index, int32_t thread) {
    causal_job *job = context;
    int32_t shared = (int32_t)(index % (size_t)job->heads.keyValueHeads), runIndex = (int32_t)(index / (size_t)job->heads.keyValueHeads);
    size_t first = row_count(job->runs, runIndex);
    const ck_run *run = &job->runs[runIndex];
    size_t d = (size_t)job->heads.headDim, queries = (size_t)job->heads.queryHeads * d;
    size_t width = queries + 2 * (size_t)job->heads.keyValueHeads * d;
    size_t at = (size_t)run->slot * job->cache.slotStride + (size_t)shared * job->cache.headStride;
    int32_t group = job->heads.queryHeads / job->heads.keyValueHeads;
    attention_head h = {NULL, job->cache.keys + at, job->cache.values + at, width, d, d, NULL, queries,
                        run->count, run->firstPosition + run->count, job->heads.headDim, run->firstPosition};
    size_t needed = run->count == 1 ? HEADS_AT_ONCE * (size_t)round_up(h.keyCount, CK_LANES)
                                    : attention_scratch(h.keyCount, h.headDim);
    float *scratch = ck_scratch(job->pool, thread, sizeof(float) * needed);
    if (!scratch) {
        atomic_store(&job->failed, true);
        return;
    }
    if (run->count > 1) pack_keys_values(scratch, &h);
    for (int32_t head = shared * group, end = head + group, heads; head < end; head += heads) {
        h.queries = job->packed + first * width + (size_t)head * d;
        h.y = job->y + first * queries + (size_t)head * d;
        heads = run->count == 1 && end - head >= HEADS_AT_ONCE ? HEADS_AT_ONCE : 1;
        if (run->count > 1) attend_tiles(scratch, &h);
        else if (heads > 1) attend_one(scratch, &h, HEADS_AT_ONCE);
        else attend_one(scratch, &h, 1);
    }
}

static bool causal_attention(ck_pool *pool, float *y, const float *packed, ck_cache cache, ck_heads heads,
                             const ck_run *runs, int32_t runCount) {
    causal_job job = {.pool = pool, .y = y, .packed = (float *)packed, .cache = cache, .heads = heads,
                      .runs = runs, .runCount = runCount};
    ck_parallel(pool, (size_t)runCount * (size_t)heads.keyValueHeads, attend_run, &job);
    return !atomic_load(&job.failed);
}
