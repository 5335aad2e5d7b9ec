// y = finish(x w^T + bias), for few rows (a decode step) and for many (a prompt, an encoder pass).

typedef struct {
    ck_pool *pool;
    float *y;
    const float *x;
    const ck_matrix *w;
    const float *bias;
    float *tiles;  // x packed: [k block][tile][k][MR]
    ck_finish finish;
    int32_t rows;
    atomic_bool failed;
} linear_job;

// --- Few rows ------------------------------------------------------------------------------------

// Weight rows per job: a stretch of memory long enough for the prefetchers.
enum { ROWS_PER_JOB = 32, AHEAD = 1024 };
// Activation rows that share a pass over a weight row: as many as their sums fit into registers.
enum { AT_ONCE = MR < 8 ? MR : 8 };

// The products of one weight row with `count` activation rows. Two sums of lanes per product, over
// even and odd blocks of k, whatever the count.
static inline __attribute__((always_inline)) void dot_rows(float *result, const void *row, ck_type type,
                                                           const float *x, int32_t k, const int count) {
    vf acc[AT_ONCE][2];
    UNROLL for (int m = 0; m < count; m++) acc[m][0] = acc[m][1] = splat(0);
    const size_t width = type == CK_FLOAT32 ? 4 : 2;
    int32_t i = 0;
    for (; i + 2 * CK_LANES <= k; i += 2 * CK_LANES) {
        __builtin_prefetch((const char *)row + width * (size_t)i + AHEAD);
        vf w0 = weights_at(row, type, i), w1 = weights_at(row, type, i + CK_LANES);
        UNROLL for (int m = 0; m < count; m++) {
            const float *own = x + (size_t)m * (size_t)k + i;
            acc[m][0] = fma(w0, load(own), acc[m][0]);
            acc[m][1] = fma(w1, load(own + CK_LANES), acc[m][1]);
        }
    }
    UNROLL for (int m = 0; m < count; m++) {
        float rest = 0;
        for (int32_t j = i; j < k; j++) rest += weight_at(row, type, j) * x[(size_t)m * (size_t)k + j];
        result[m] = sum(acc[m][0] + acc[m][1]) + rest;
    }
}

static void dot_job(void *context, size_t index, int32_t thread) {
    (void)thread;
    linear_job *job = context;
    const ck_matrix *w = job->w;
    int32_t first = (int32_t)index * ROWS_PER_JOB;
    int32_t end = first + ROWS_PER_JOB < w->rows ? first + ROWS_PER_JOB : w->rows;
    float products[CK_MANY_ROWS][ROWS_PER_JOB];
    for (int32_t n = first; n < end; n++) {
        const void *row = weight_row(w, n);
        for (int32_t m = 0; m < job->rows; m += AT_ONCE) {
            const float *x = job->x + (size_t)m * (size_t)w->columns;
            int32_t count = job->rows - m < AT_ONCE ? job->rows - m : AT_ONCE;
            float result[AT_ONCE];
#define DOT(n)                                                                                         \
    case n:                                                                                                \
        if (n > AT_ONCE) break;                                                                            \
        if (w->type == CK_BFLOAT16) dot_rows(result, row, CK_BFLOAT16, x, w->columns, n < AT_ONCE ? n : AT_ONCE); \
        else dot_rows(result, row, CK_FLOAT32, x, w->columns, n < AT_ONCE ? n : AT_ONCE);                  \
        break;
            switch (count) { DOT(1) DOT(2) DOT(3) DOT(4) DOT(5) DOT(6) DOT(7) DOT(8) }
#undef DOT
            for (int32_t r = 0; r < count; r++) products[m + r][n - first] = result[r];
        }
    }
    for (int32_t m = 0; m < job->rows; m++)
        finish_row(job->y + (size_t)m * (size_t)w->rows + first, products[m],
                   job->bias ? job->bias + first : NULL, job->finish, end - first);
}

// --- Many rows -----------------------------------------------------------------------------------

static void pack_tile_job(void *context, size_t index, int32_t thread) {
    (void)thread;
    linear_job *job = context;
    int32_t k = job->w->columns, tiles = (job->rows + MR - 1) / MR;
    for (int32_t k0 = 0; k0 < k; k0 += KC) {
        int32_t depth = k - k0 < KC ? k - k0 : KC;
        float *tile = job->tiles + ((size_t)k0 * (size_t)tiles + index * (size_t)depth) * MR;
        for (int32_t r = 0; r < MR; r++) {
            size_t row = index * MR + (size_t)r;
            const float *x = job->x + row * (size_t)k + k0;
            for (int32_t i = 0; i < depth; i++)
                tile[(size_t)i * MR + r] = row < (size_t)job->rows ? x[i] : 0;
        }
    }
}

static void panel_job(void *context, size_t index, int32_t thread) {
    linear_job *job = context;
    const ck_matrix *w = job->w;
    int32_t n = (int32_t)index * NR, tiles = (job->rows + MR - 1) / MR;
    int32_t columns = w->rows - n < NR ? w->rows - n : NR;
    float *c = ck_scratch(job->pool, thread, sizeof(float) * (size_t)tiles * MR * NR);
    if (!c) {
        atomic_store(&job->failed, true);
        return;
    }
    float panel[KC * NR] __attribute__((aligned(64)));
    for (int32_t k0 = 0; k0 < w->columns; k0 += KC) {
        int32_t depth = w->columns - k0 < KC ? w->columns - k0 : KC;
        widen_panel(panel, w, n, k0, depth);
        const float *a = job->tiles + (size_t)k0 * (size_t)tiles * MR;
        for (int32_t tile = 0; tile < tiles; tile++)
            multiply_tile(c + (size_t)tile * MR * NR, a + (size_t)tile * (size_t)depth * MR, panel,
                          depth, k0 > 0);
    }
    for (int32_t row = 0; row < job->rows; row++)
        finish_row(job->y + (size_t)row * (size_t)w->rows + n, c + (size_t)row * NR,
                   job->bias ? job->bias + n : NULL, job->finish, columns);
}

static bool linear(ck_pool *pool, float *y, const float *x, const ck_matrix *w, const float *bias,
                   ck_finish finish, int32_t rows) {
    linear_job job = {.pool = pool, .y = y, .x = x, .w = w, .bias = bias, .finish = finish, .rows = rows};
    if (rows < CK_MANY_ROWS) {
        ck_parallel(pool, (size_t)(w->rows + ROWS_PER_JOB - 1) / ROWS_PER_JOB, dot_job, &job);
        return true;
    }
    size_t tiles = (size_t)(rows + MR - 1) / MR;
    job.tiles = ck_scratch(pool, ck_pool_threads(pool), sizeof(float) * tiles * MR * (size_t)w->columns);
    if (!job.tiles) return false;
    ck_parallel(pool, tiles, pack_tile_job, &job);
    ck_parallel(pool, (size_t)(w->rows + NR - 1) / NR, panel_job, &job);
    return !atomic_load(&job.failed);
}
