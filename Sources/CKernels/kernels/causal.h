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

// One query: scores of all keys, then the weighted sum of all values, each read once.
static void attend_one(float *scores, const attention_head *h) {
    int32_t d = h->headDim, count = h->keyCount, padded = round_up(count, CK_LANES);
    float scale = 1 / __builtin_sqrtf((float)d);
    for (int32_t j = 0; j < count; j++) {
        const float *key = h->keys + (size_t)j * h->keyStride;
        vf acc0 = splat(0), acc1 = splat(0);
        int32_t i = 0;
        for (; i + 2 * CK_LANES <= d; i += 2 * CK_LANES) {
            acc0 = fma(load(h->queries + i), load(key + i), acc0);
            acc1 = fma(load(h->queries + i + CK_LANES), load(key + i + CK_LANES), acc1);
        }
        float rest = 0;
        for (; i < d; i++) rest += h->queries[i] * key[i];
        scores[j] = (sum(acc0 + acc1) + rest) * scale;
    }
    float scaleRow = softmax_row(scores, count, padded);
    int32_t i = 0;
    for (; i + 4 * CK_LANES <= d; i += 4 * CK_LANES) {
        vf acc[4] = {splat(0), splat(0), splat(0), splat(0)};
        for (int32_t j = 0; j < count; j++) {
            const float *value = h->values + (size_t)j * h->valueStride + i;
            vf w = splat(scores[j]);
            UNROLL for (int part = 0; part < 4; part++) acc[part] = fma(w, load(value + part * CK_LANES), acc[part]);
        }
        UNROLL for (int part = 0; part < 4; part++) store(h->y + i + part * CK_LANES, acc[part] * splat(scaleRow));
    }
    for (; i < d; i++) {
        float total = 0;
        for (int32_t j = 0; j < count; j++) total += scores[j] * h->values[(size_t)j * h->valueStride + (size_t)i];
        h->y[i] = total * scaleRow;
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
    size_t needed = run->count == 1 ? (size_t)round_up(h.keyCount, CK_LANES) : attention_scratch(h.keyCount, h.headDim);
    float *scratch = ck_scratch(job->pool, thread, sizeof(float) * needed);
    if (!scratch) {
        atomic_store(&job->failed, true);
        return;
    }
    if (run->count > 1) pack_keys_values(scratch, &h);
    for (int32_t head = shared * group; head < (shared + 1) * group; head++) {
        h.queries = job->packed + first * width + (size_t)head * d;
        h.y = job->y + first * queries + (size_t)head * d;
        if (run->count > 1) attend_tiles(scratch, &h); else attend_one(scratch, &h);
    }
}

static bool causal_attention(ck_pool *pool, float *y, const float *packed, ck_cache cache, ck_heads heads,
                             const ck_run *runs, int32_t runCount) {
    causal_job job = {.pool = pool, .y = y, .packed = (float *)packed, .cache = cache, .heads = heads,
                      .runs = runs, .runCount = runCount};
    ck_parallel(pool, (size_t)runCount * (size_t)heads.keyValueHeads, attend_run, &job);
    return !atomic_load(&job.failed);
}
