// Operations on single rows: norms, gating, embedding, choice. Rows are shared out in blocks.

typedef struct {
    float *y;
    const float *x, *gain, *bias;
    float epsilon;
    int32_t rows, width, tableRows, rowsPerBlock;
    ck_choice *choices;
} rows_job;

// Enough work to be worth handing out: about 16k values.
static size_t share_rows(rows_job *job) {
    int32_t block = 16384 / (job->width > 0 ? job->width : 1);
    job->rowsPerBlock = block > 0 ? block : 1;
    return (size_t)(job->rows + job->rowsPerBlock - 1) / (size_t)job->rowsPerBlock;
}

#define FOR_ROWS_OF_BLOCK(job, index, row)                                                   \
    for (int32_t row = (int32_t)(index) * (job)->rowsPerBlock;                                \
         row < (job)->rows && row < ((int32_t)(index) + 1) * (job)->rowsPerBlock; row++)

// The sum of f(x[i]) over a row, where f is an expression in `v`.
#define SUM_ROW(result, x, width, f)                                                         \
    do {                                                                                     \
        vf lanes_ = splat(0);                                                                \
        int32_t i_ = 0;                                                                      \
        for (; i_ + CK_LANES <= (width); i_ += CK_LANES) { vf v = load((x) + i_); lanes_ = lanes_ + (f); } \
        vf tail_ = splat(0);                                                                 \
        for (int32_t j_ = 0; i_ + j_ < (width); j_++) { vf v = splat((x)[i_ + j_]); tail_[j_] = (f)[0]; } \
        (result) = sum(lanes_ + tail_);                                                      \
    } while (0)

static void layer_norm_block(void *context, size_t index, int32_t thread) {
    (void)thread;
    rows_job *job = context;
    FOR_ROWS_OF_BLOCK(job, index, row) {
        const float *x = job->x + (size_t)row * (size_t)job->width;
        float *y = job->y + (size_t)row * (size_t)job->width;
        float total, squares;
        SUM_ROW(total, x, job->width, v);
        float mean = total / (float)job->width;
        vf m = splat(mean);
        SUM_ROW(squares, x, job->width, (v - m) * (v - m));
        float scale = 1 / __builtin_sqrtf(squares / (float)job->width + job->epsilon);
        for (int32_t i = 0; i < job->width; i++)
            y[i] = (x[i] - mean) * scale * job->gain[i] + job->bias[i];
    }
}

static void layer_norm(ck_pool *pool, float *y, const float *x, const float *gain, const float *bias,
                       float epsilon, int32_t rows, int32_t width) {
    rows_job job = {.y = y, .x = x, .gain = gain, .bias = bias, .epsilon = epsilon, .rows = rows, .width = width};
    ck_parallel(pool, share_rows(&job), layer_norm_block, &job);
}

static inline void rms_norm_row(float *y, const float *x, const float *gain, float epsilon, int32_t width) {
    float squares;
    SUM_ROW(squares, x, width, v * v);
    float scale = 1 / __builtin_sqrtf(squares / (float)width + epsilon);
    for (int32_t i = 0; i < width; i++) y[i] = x[i] * scale * gain[i];
}

static void rms_norm_block(void *context, size_t index, int32_t thread) {
    (void)thread;
    rows_job *job = context;
    FOR_ROWS_OF_BLOCK(job, index, row) {
        size_t at = (size_t)row * (size_t)job->width;
        rms_norm_row(job->y + at, job->x + at, job->gain, job->epsilon, job->width);
    }
}

static void rms_norm(ck_pool *pool, float *y, const float *x, const float *gain, float epsilon,
                     int32_t rows, int32_t width) {
    rows_job job = {.y = y, .x = x, .gain = gain, .epsilon = epsilon, .rows = rows, .width = width};
    ck_parallel(pool, share_rows(&job), rms_norm_block, &job);
}

static void add_repeating_block(void *context, size_t index, int32_t thread) {
    (void)thread;
    rows_job *job = context;
    FOR_ROWS_OF_BLOCK(job, index, row) {
        float *y = job->y + (size_t)row * (size_t)job->width;
        const float *x = job->x + (size_t)(row % job->tableRows) * (size_t)job->width;
        for (int32_t i = 0; i < job->width; i++) y[i] += x[i];
    }
}

static void add_repeating(ck_pool *pool, float *y, const float *table, int32_t rows, int32_t tableRows,
                          int32_t width) {
    rows_job job = {.y = y, .x = table, .rows = rows, .tableRows = tableRows, .width = width};
    ck_parallel(pool, share_rows(&job), add_repeating_block, &job);
}

static void swiglu_block(void *context, size_t index, int32_t thread) {
    (void)thread;
    rows_job *job = context;
    FOR_ROWS_OF_BLOCK(job, index, row) {
        const float *gate = job->x + 2 * (size_t)row * (size_t)job->width, *up = gate + job->width;
        float *y = job->y + (size_t)row * (size_t)job->width;
        int32_t i = 0;
        for (; i + CK_LANES <= job->width; i += CK_LANES) store(y + i, vsilu(load(gate + i)) * load(up + i));
        for (; i < job->width; i++) y[i] = vsilu(splat(gate[i]))[0] * up[i];
    }
}

static void swiglu(ck_pool *pool, float *y, const float *x, int32_t rows, int32_t width) {
    rows_job job = {.y = y, .x = x, .rows = rows, .width = width};
    ck_parallel(pool, share_rows(&job), swiglu_block, &job);
}

static void embed(float *y, const ck_matrix *w, const int32_t *ids, int32_t count) {
    for (int32_t i = 0; i < count; i++) {
        const void *row = weight_row(w, ids[i]);
        for (int32_t k = 0; k < w->columns; k++)
            y[(size_t)i * (size_t)w->columns + (size_t)k] = weight_at(row, w->type, k);
    }
}

static float largest_of(const float *x, int32_t count) {
    vf top = splat(-__builtin_inff());
    int32_t i = 0;
    for (; i + CK_LANES <= count; i += CK_LANES) top = vmax(top, load(x + i));
    float result = largest(top);
    for (; i < count; i++) result = x[i] > result ? x[i] : result;
    return result;
}

static void argmax_row(void *context, size_t index, int32_t thread) {
    (void)thread;
    rows_job *job = context;
    const float *x = job->x + index * (size_t)job->width;
    float top = largest_of(x, job->width);
    int32_t best = 0;
    while (best < job->width - 1 && x[best] != top) best++;
    float before = largest_of(x, best), after = largest_of(x + best + 1, job->width - best - 1);
    float total;
    vf shift = splat(top);
    SUM_ROW(total, x, job->width, vexp(v - shift));
    // The largest score counts 1, so a smaller total comes from scores that are no numbers.
    float logProbability = total >= 1 ? -vlog(splat(total))[0] : __builtin_nanf("");
    job->choices[index] = (ck_choice){best, logProbability, top - (before > after ? before : after)};
}

static void argmax(ck_pool *pool, ck_choice *choices, const float *logits, int32_t rows, int32_t width) {
    rows_job job = {.x = logits, .choices = choices, .rows = rows, .width = width};
    ck_parallel(pool, (size_t)rows, argmax_row, &job);
}

static float dot(const float *a, const float *b, size_t count) {
    vf acc[4] = {splat(0), splat(0), splat(0), splat(0)};
    size_t i = 0;
    for (; i + 4 * CK_LANES <= count; i += 4 * CK_LANES)
        UNROLL for (size_t part = 0; part < 4; part++)
            acc[part] = fma(load(a + i + part * CK_LANES), load(b + i + part * CK_LANES), acc[part]);
    float rest = 0;
    for (; i < count; i++) rest += a[i] * b[i];
    return sum((acc[0] + acc[1]) + (acc[2] + acc[3])) + rest;
}

#define ELEMENTWISE(name, f)                                                                 \
    static void name(float *y, const float *x, size_t count) {                               \
        for (size_t i = 0; i < count; i++) y[i] = f(splat(x[i]))[0];                         \
    }
ELEMENTWISE(exp_all, vexp)
ELEMENTWISE(erf_all, verf)
static inline vf vlog10(vf x) { return vlog(x) * splat(0.434294482f); }
ELEMENTWISE(log10_all, vlog10)
