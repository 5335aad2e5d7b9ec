#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Kernels of the CPU backend. Everything is row-major float unless a name says otherwise. Output
// first, sizes last; arguments must not overlap unless a line says so. Every size is legal.
//
// The result of a row depends neither on the other rows of a call nor on the number of threads: each
// output value is summed in one fixed order.

#pragma clang assume_nonnull begin

// --- Threads -------------------------------------------------------------------------------------

// A fixed set of threads that share loops; the caller is one of them. One caller at a time.
typedef struct ck_pool ck_pool;
ck_pool *_Nullable ck_pool_create(int32_t threads);
void ck_pool_destroy(ck_pool *_Nullable pool);
int32_t ck_pool_threads(const ck_pool *pool);
// Processors that this process may run on; at least 1.
int32_t ck_available_threads(void);
// Calls body(context, i, thread) once for each i in 0..<count, in no order, and returns when all are
// done. `thread` is below ck_pool_threads.
void ck_parallel(ck_pool *pool, size_t count,
                 void (*body)(void *_Nullable context, size_t index, int32_t thread),
                 void *_Nullable context);
// Scratch memory of one thread (or, with thread = ck_pool_threads, of the caller), kept between
// calls; the contents are whatever was there. NULL when memory is out.
void *_Nullable ck_scratch(ck_pool *pool, int32_t thread, size_t byteCount);

// --- Arguments -----------------------------------------------------------------------------------

typedef enum ck_type { CK_BFLOAT16, CK_FLOAT32 } ck_type;

// A weight matrix [rows, columns] as it lies in a checkpoint: up to four parts stacked by rows.
typedef struct ck_matrix {
    const void *_Nullable parts[4];
    int32_t partRows[4];
    int32_t partCount;
    int32_t rows, columns;
    ck_type type;
} ck_matrix;

typedef enum ck_finish { CK_STORE, CK_GELU, CK_ACCUMULATE } ck_finish;

// Columns of a packed row: queryHeads * headDim queries, then the keys, then the values.
typedef struct ck_heads { int32_t queryHeads, keyValueHeads, headDim; } ck_heads;

// Consecutive packed rows at consecutive positions of one cache slot.
typedef struct ck_run { int32_t slot, firstPosition, count; } ck_run;

// Keys and values: [slot, head, position, headDim] of one layer.
typedef struct ck_cache {
    float *keys, *values;
    size_t slotStride, headStride;
} ck_cache;

typedef struct ck_choice { int32_t id; float logProbability, margin; } ck_choice;

// Window and filters of the log-mel front end. A filter is nonzero on consecutive bins.
typedef struct ck_mel {
    const float *window;         // [400]
    const float *twiddles;       // [400, 2]: cos and -sin of 2 pi k / 400
    const int32_t *firstBins;    // [128]
    const int32_t *binCounts;    // [128]
    const float *filterWeights;  // the nonzero weights of all filters, one filter after the other
} ck_mel;

// From this many rows on, `linear` is a blocked matrix product.
enum { CK_MANY_ROWS = 16 };
// The widest memory that `lstm` takes.
enum { CK_LSTM_WIDTH = 512 };

// --- The kernels of one instruction set ----------------------------------------------------------

typedef struct ck_kernels {
    const char *name;

    // y[rows, w.rows] = finish(x[rows, w.columns] @ w^T + bias[w.rows])
    bool (*linear)(ck_pool *pool, float *y, const float *x, const ck_matrix *w,
                   const float *_Nullable bias, ck_finish finish, int32_t rows);
    // y[images, (time+1)/2, (mel+1)/2, w.rows] = gelu(conv(x[images, time, mel, channels]) + bias):
    // 3x3, stride 2, zero padding 1; w[out, 3 (time), 3 (mel), channels].
    bool (*convolve)(ck_pool *pool, float *y, const float *x, const ck_matrix *w, const float *bias,
                     int32_t images, int32_t time, int32_t mel, int32_t channels);

    // y may be x in these three.
    void (*layerNorm)(ck_pool *pool, float *y, const float *x, const float *gain, const float *bias,
                      float epsilon, int32_t rows, int32_t width);
    void (*rmsNorm)(ck_pool *pool, float *y, const float *x, const float *gain, float epsilon,
                    int32_t rows, int32_t width);
    // y[rows, width] += table[row mod tableRows, width]
    void (*addRepeating)(ck_pool *pool, float *y, const float *table, int32_t rows, int32_t tableRows,
                         int32_t width);
    // y[rows, width] = silu(x[rows, 0 ..< width]) * x[rows, width ..< 2 width]
    void (*swiGLU)(ck_pool *pool, float *y, const float *x, int32_t rows, int32_t width);
    // y[i, w.columns] = w[ids[i], :]
    void (*embed)(float *y, const ck_matrix *w, const int32_t *ids, int32_t count);

    // y[tokens, queries] = attention of packed[tokens, packed width] inside blocks of rows.
    bool (*attention)(ck_pool *pool, float *y, const float *packed, ck_heads heads,
                      const int32_t *blocks, int32_t blockCount);
    // RMS-normalises and rotates queries and keys of `packed` in place; stores keys and values.
    // rotary[positions, headDim]: cosines, then sines.
    void (*rotateAndStore)(ck_pool *pool, float *packed, ck_cache cache, const float *queryGain,
                           const float *keyGain, float epsilon, const float *rotary, ck_heads heads,
                           const ck_run *runs, int32_t runCount);
    // y[tokens, queries] = attention of each row to positions 0 ... its own of its slot.
    bool (*causalAttention)(ck_pool *pool, float *y, const float *packed, ck_cache cache,
                            ck_heads heads, const ck_run *runs, int32_t runCount);

    // The largest value of each row, the lowest index of equals. The log-probability is NaN where a
    // score of the row is.
    void (*argmax)(ck_pool *pool, ck_choice *choices, const float *logits, int32_t rows,
                   int32_t width);

    // The sum of a[i] * b[i].
    float (*dot)(const float *a, const float *b, size_t count);

    // y[i] = e^x[i]; erf(x[i]); log10(x[i]) for x > 0. For tests of the approximations.
    void (*exp)(float *y, const float *x, size_t count);
    void (*erf)(float *y, const float *x, size_t count);
    void (*log10)(float *y, const float *x, size_t count);

    // y[frames, 128] = log10(max(mel power, 1e-10)) of frames `first ..< first + count` of a clip:
    // frame t is centred on x[160 t], mirrored at both ends (sampleCount >= 201).
    void (*melFrames)(float *y, const ck_mel *mel, const float *x, size_t sampleCount,
                      size_t first, size_t count);

    // A long short-term memory of `width` cells, at most CK_LSTM_WIDTH, over `steps` steps: y[steps, width]
    // is what they put out. gates[steps, 4 width] is what comes in, multiplied and with both biases: input,
    // forget, new value, output. weight[width, 4 width] is what comes back; hidden[width] and cell[width]
    // are the state before, and then after.
    void (*lstm)(float *y, float *hidden, float *cell, const float *gates, const float *weight, int32_t steps,
                 int32_t width);
} ck_kernels;

// The kernel sets that this program has and this machine can run, slowest first; the first is
// always there.
int32_t ck_level_count(void);
const ck_kernels *ck_level(int32_t index);

#pragma clang assume_nonnull end
