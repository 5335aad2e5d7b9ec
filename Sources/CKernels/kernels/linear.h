// y = finish(x w^T + bias), for few rows (a decode step) and for many (a prompt, an encoder pass).

typedef struct {
    ck_pool *pool;
    float *y;
    const float *x;
    const ck_matrix *w;
    const float *bias;
    float *tiles;  // x packed: [k block][tile][k][MR]
    ck_finish finish;
    int32_t rows, rowsPerJob;
    atomic_bool failed;
} linear_job;

// --- Few rows ------------------------------------------------------------------------------------

// The products of a block of weight rows with a block of activation rows, each of two sums of lanes,
// over even and odd vectors of k. The block decides what shares a load, never the order of a sum, so a
// row gives the same bits in any. With one weight row the loads of activations are the bound; with 3 x 4
// seven loads serve twelve multiplications, and those are. Its 24 sums, three weights and an activation fit
// into 32 registers, those of 2 x 3 into 16.
enum { WEIGHT_ROWS = MR < 8 ? 2 : 3, AT_ONCE = MR < 8 ? 3 : 4 };
// Weight rows per job, a multiple of either block's. A job's first rows are read slowly, so it has many,
// but no more than leave every thread JOBS_PER_THREAD, so that threads end together.
enum { LEAST_ROWS = 24, MOST_ROWS = 96, JOBS_PER_THREAD = 8 };

typedef struct {
    const void *rows[WEIGHT_ROWS];
    const float *x;
    int32_t k;
    float *result;      // [activation row][MOST_ROWS]
    const char *ahead;  // what to fetch meanwhile,
    int32_t stride;     // and how many bytes of it with each step
} dot_block;

static inline __attribute__((always_inline)) void dot_rows(const dot_block *b, ck_type type, const int rows,
                                                           const int count) {
    vf acc[WEIGHT_ROWS][4][2];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int m = 0; m < count; m++) acc[r][m][0] = acc[r][m][1] = splat(0);
    const int step = 2 * CK_LANES, lines = (rows * step * (type == CK_FLOAT32 ? 4 : 2) + 63) / 64;
    int32_t k = b->k, i = 0;
    const char *ahead = b->ahead;
    for (; i + step <= k; i += step, ahead += b->stride) {
        UNROLL for (int line = 0; line < lines; line++) __builtin_prefetch(ahead + line * b->stride / lines, 0, 2);
        UNROLL for (int part = 0; part < 2; part++) {
            int32_t at = i + part * CK_LANES;
            vf w[WEIGHT_ROWS];
            UNROLL for (int r = 0; r < rows; r++) w[r] = weights_at(b->rows[r], type, at);
            UNROLL for (int m = 0; m < count; m++) {
                vf x = load(b->x + (size_t)m * (size_t)k + at);
                UNROLL for (int r = 0; r < rows; r++) acc[r][m][part] = fma(w[r], x, acc[r][m][part]);
            }
        }
    }
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int m = 0; m < count; m++) {
            float rest = 0;
            for (int32_t j = i; j < k; j++) rest += weight_at(b->rows[r], type, j) * b->x[(size_t)m * (size_t)k + j];
            b->result[m * MOST_ROWS + r] = sum(acc[r][m][0] + acc[r][m][1]) + rest;
        }
}

static void dot_job(void *context, size_t index, int32_t thread) {
    (void)thread;
    linear_job *job = context;
    const ck_matrix *w = job->w;
    int32_t first = (int32_t)index * job->rowsPerJob, k = w->columns;
    int32_t end = first + job->rowsPerJob < w->rows ? first + job->rowsPerJob : w->rows;
    int32_t passes = (job->rows + AT_ONCE - 1) / AT_ONCE, width = w->type == CK_FLOAT32 ? 4 : 2;
    float products[CK_MANY_ROWS][MOST_ROWS];
    for (int32_t n = first, rows; n < end; n += rows) {
        // Alone, a row of activations is bound by memory, which is read fastest in one stream.
        rows = job->rows > 1 && end - n >= WEIGHT_ROWS ? WEIGHT_ROWS : 1;
        dot_block block = {.k = k, .stride = rows * 2 * CK_LANES * width / passes};
        for (int32_t r = 0; r < rows; r++) block.rows[r] = weight_row(w, n + r);
        // The next block but one, in the order in which it lies in memory: each pass fetches its share, so
        // that memory is as busy as the multipliers.
        size_t byteCount = (size_t)rows * (size_t)k * (size_t)width;
        const char *ahead = (const char *)block.rows[0] + 2 * byteCount;
        for (int32_t pass = 0, m = 0, count; pass < passes; pass++, m += count) {
            count = (job->rows - m) / (passes - pass);
            block.x = job->x + (size_t)m * (size_t)k;
            block.result = &products[m][n - first];
            block.ahead = ahead + byteCount / (size_t)passes * (size_t)pass;
#define DOT(r, c)                                                                                          \
    case 8 * r + c:                                                                                        \
        if (c > AT_ONCE) break;                                                                            \
        if (w->type == CK_BFLOAT16) dot_rows(&block, CK_BFLOAT16, r, c);                                   \
        else dot_rows(&block, CK_FLOAT32, r, c);                                                           \
        break;
            switch (8 * rows + count) {
                DOT(1, 1) DOT(1, 2) DOT(1, 3) DOT(1, 4)
                DOT(WEIGHT_ROWS, 1) DOT(WEIGHT_ROWS, 2) DOT(WEIGHT_ROWS, 3) DOT(WEIGHT_ROWS, 4)
            }
#undef DOT
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
        int32_t share = w->rows / (JOBS_PER_THREAD * ck_pool_threads(pool)) / LEAST_ROWS * LEAST_ROWS;
        job.rowsPerJob = share < LEAST_ROWS ? LEAST_ROWS : share < MOST_ROWS ? share : MOST_ROWS;
        ck_parallel(pool, (size_t)(w->rows + job.rowsPerJob - 1) / (size_t)job.rowsPerJob, dot_job, &job);
        return true;
    }
    size_t tiles = (size_t)(rows + MR - 1) / MR;
    job.tiles = ck_scratch(pool, ck_pool_threads(pool), sizeof(float) * tiles * MR * (size_t)w->columns);
    if (!job.tiles) return false;
    ck_parallel(pool, tiles, pack_tile_job, &job);
    ck_parallel(pool, (size_t)(w->rows + NR - 1) / NR, panel_job, &job);
    return !atomic_load(&job.failed);
}
