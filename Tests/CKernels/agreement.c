// Every kernel of every set that this machine runs, against loops that say the same in double
// precision, at sizes that fit no vector. Stands alone, so that it runs under an emulator and under
// sanitizers; the Swift tests hold the same kernels against the reference backend.
#include "ckernels.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed, failed;
static uint64_t state = 1;

static float value(void) {
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return ((float)(state >> 40) / (float)(1 << 24) - 0.5f) * 3.4641016f;
}

static float *values(size_t count) {
    float *x = malloc(count * sizeof *x + 1);
    for (size_t i = 0; i < count; i++) x[i] = value();
    return x;
}

// Memory whose values are not numbers, so that one that is not written is noticed.
static float *blanks(size_t count) {
    float *x = malloc(count * sizeof *x + 1);
    for (size_t i = 0; i < count; i++) x[i] = NAN;
    return x;
}

static uint16_t *halves(size_t count, float *wide) {
    uint16_t *bits = malloc(count * sizeof *bits + 1);
    for (size_t i = 0; i < count; i++) {
        uint32_t u;
        float x = value();
        memcpy(&u, &x, 4);
        bits[i] = (uint16_t)(u >> 16);
        u &= 0xFFFF0000;
        memcpy(&wide[i], &u, 4);
    }
    return bits;
}

static void check(const char *level, const char *what, const float *found, const double *expected,
                  size_t count, double absolute, double relative) {
    for (size_t i = 0; i < count; i++) {
        if (fabs(found[i] - expected[i]) <= absolute + relative * fabs(expected[i])) continue;
        printf("%s %s: value %zu is %.9g and should be %.9g\n", level, what, i, (double)found[i], expected[i]);
        failed++;
        return;
    }
    passed++;
}

static double gelu(double x) { return 0.5 * x * (1 + erf(x / sqrt(2))); }

static void test_linear(const ck_kernels *k, ck_pool *pool, int32_t rows, int32_t outputs, int32_t inputs, ck_type type) {
    size_t n = (size_t)rows * (size_t)outputs;
    float *x = values((size_t)rows * (size_t)inputs), *wide = malloc(sizeof(float) * (size_t)outputs * (size_t)inputs);
    uint16_t *bits = halves((size_t)outputs * (size_t)inputs, wide);
    float *bias = values((size_t)outputs), *y = blanks(n);
    double *expected = malloc(sizeof(double) * n);
    int32_t first = outputs / 2;
    size_t width = type == CK_FLOAT32 ? 4 : 2;
    const char *base = type == CK_FLOAT32 ? (const char *)wide : (const char *)bits;
    ck_matrix w = {.parts = {base, base + (size_t)first * (size_t)inputs * width},
                   .partRows = {first, outputs - first}, .partCount = 2, .rows = outputs, .columns = inputs, .type = type};
    for (int32_t r = 0; r < rows; r++)
        for (int32_t o = 0; o < outputs; o++) {
            double sum = bias[o];
            for (int32_t i = 0; i < inputs; i++) sum += (double)x[r * inputs + i] * wide[o * inputs + i];
            expected[r * outputs + o] = gelu(sum);
        }
    k->linear(pool, y, x, &w, bias, CK_GELU, rows);
    check(k->name, "linear", y, expected, n, 3e-5, 1e-5);
    free(x), free(wide), free(bits), free(bias), free(y), free(expected);
}

// A decode step's rows of activations: together they give the bits that each gives alone, on any number
// of threads.
static void test_rows_together(const ck_kernels *k, int32_t outputs, int32_t inputs, ck_type type) {
    enum { MOST = CK_MANY_ROWS - 1 };
    size_t weights = (size_t)outputs * (size_t)inputs, n = (size_t)MOST * (size_t)outputs;
    float *x = values(MOST * (size_t)inputs), *wide = malloc(sizeof(float) * weights), *alone = blanks(n);
    uint16_t *bits = halves(weights, wide);
    ck_matrix w = {.parts = {type == CK_FLOAT32 ? (void *)wide : (void *)bits}, .partRows = {outputs}, .partCount = 1,
                   .rows = outputs, .columns = inputs, .type = type};
    ck_pool *pool = ck_pool_create(1);
    for (int32_t row = 0; row < MOST; row++)
        k->linear(pool, alone + row * outputs, x + row * inputs, &w, NULL, CK_STORE, 1);
    ck_pool_destroy(pool);
    for (int32_t threads = 1; threads <= 3; threads += 2) {
        pool = ck_pool_create(threads);
        for (int32_t rows = 1; rows <= MOST; rows++) {
            float *y = blanks(n);
            k->linear(pool, y, x, &w, NULL, CK_STORE, rows);
            if (memcmp(y, alone, sizeof(float) * (size_t)rows * (size_t)outputs) == 0) passed++;
            else failed++, printf("%s linear: %d rows together differ from each alone\n", k->name, rows);
            free(y);
        }
        ck_pool_destroy(pool);
    }
    free(x), free(wide), free(bits), free(alone);
}

static void test_convolve(const ck_kernels *k, ck_pool *pool, int32_t time, int32_t mel, int32_t channels, int32_t outputs) {
    int32_t ot = (time + 1) / 2, om = (mel + 1) / 2, columns = 9 * channels;
    size_t n = 2 * (size_t)ot * (size_t)om * (size_t)outputs;
    float *x = values(2 * (size_t)time * (size_t)mel * (size_t)channels), *bias = values((size_t)outputs), *y = blanks(n);
    float *wide = malloc(sizeof(float) * (size_t)outputs * (size_t)columns);
    uint16_t *bits = halves((size_t)outputs * (size_t)columns, wide);
    double *expected = malloc(sizeof(double) * n);
    ck_matrix w = {.parts = {bits}, .partRows = {outputs}, .partCount = 1, .rows = outputs, .columns = columns, .type = CK_BFLOAT16};
    for (int32_t image = 0; image < 2; image++)
        for (int32_t a = 0; a < ot; a++)
            for (int32_t b = 0; b < om; b++)
                for (int32_t o = 0; o < outputs; o++) {
                    double sum = bias[o];
                    for (int32_t tap = 0; tap < 9; tap++) {
                        int32_t t = 2 * a - 1 + tap / 3, m = 2 * b - 1 + tap % 3;
                        if (t < 0 || t >= time || m < 0 || m >= mel) continue;
                        for (int32_t c = 0; c < channels; c++)
                            sum += (double)x[((image * time + t) * mel + m) * channels + c] * wide[o * columns + tap * channels + c];
                    }
                    expected[((image * ot + a) * om + b) * outputs + o] = gelu(sum);
                }
    k->convolve(pool, y, x, &w, bias, 2, time, mel, channels);
    check(k->name, "convolve", y, expected, n, 3e-5, 1e-5);
    free(x), free(wide), free(bits), free(bias), free(y), free(expected);
}

static void test_rows(const ck_kernels *k, ck_pool *pool, int32_t rows, int32_t width) {
    size_t n = (size_t)rows * (size_t)width;
    float *x = values(2 * n), *gain = values((size_t)width), *bias = values((size_t)width), *y = blanks(n);
    double *expected = malloc(sizeof(double) * n);
    for (int32_t r = 0; r < rows; r++) {
        double mean = 0, variance = 0;
        for (int32_t i = 0; i < width; i++) mean += x[r * width + i] / (double)width;
        for (int32_t i = 0; i < width; i++) variance += (x[r * width + i] - mean) * (x[r * width + i] - mean) / width;
        for (int32_t i = 0; i < width; i++)
            expected[r * width + i] = (x[r * width + i] - mean) / sqrt(variance + 1e-5) * gain[i] + bias[i];
    }
    k->layerNorm(pool, y, x, gain, bias, 1e-5f, rows, width);
    check(k->name, "layerNorm", y, expected, n, 3e-5, 1e-5);
    for (int32_t r = 0; r < rows; r++) {
        double squares = 0;
        for (int32_t i = 0; i < width; i++) squares += (double)x[r * width + i] * x[r * width + i] / width;
        for (int32_t i = 0; i < width; i++) expected[r * width + i] = x[r * width + i] / sqrt(squares + 1e-6) * gain[i];
    }
    k->rmsNorm(pool, y, x, gain, 1e-6f, rows, width);
    check(k->name, "rmsNorm", y, expected, n, 1e-6, 1e-5);
    for (int32_t r = 0; r < rows; r++)
        for (int32_t i = 0; i < width; i++) {
            double gate = x[2 * r * width + i];
            expected[r * width + i] = gate / (1 + exp(-gate)) * x[(2 * r + 1) * width + i];
        }
    k->swiGLU(pool, y, x, rows, width);
    check(k->name, "swiGLU", y, expected, n, 1e-6, 2e-6);
    ck_choice *choices = malloc(sizeof *choices * (size_t)rows);
    k->argmax(pool, choices, x, rows, width);
    for (int32_t r = 0; r < rows; r++) {
        int32_t best = 0;
        double total = 0;
        for (int32_t i = 1; i < width; i++) if (x[r * width + i] > x[r * width + best]) best = i;
        for (int32_t i = 0; i < width; i++) total += exp((double)x[r * width + i] - x[r * width + best]);
        double wanted[2] = {best, -log(total)};
        float found[2] = {(float)choices[r].id, choices[r].logProbability};
        check(k->name, "argmax", found, wanted, 2, 1e-5, 1e-6);
    }
    free(x), free(gain), free(bias), free(y), free(expected), free(choices);
}

// One head's attention in doubles: query i sees keys 0 ... last + i.
static void attend(double *y, size_t yStride, const float *q, size_t qStride, const float *key, const float *v,
                   size_t stride, int32_t queries, int32_t keys, int32_t last, int32_t d) {
    double *scores = malloc(sizeof(double) * (size_t)keys);
    for (int32_t i = 0; i < queries; i++) {
        int32_t seen = last + i + 1 < keys ? last + i + 1 : keys;
        double total = 0;
        for (int32_t j = 0; j < seen; j++) {
            double s = 0;
            for (int32_t c = 0; c < d; c++) s += (double)q[(size_t)i * qStride + (size_t)c] * key[(size_t)j * stride + (size_t)c];
            total += scores[j] = exp(s / sqrt(d));
        }
        for (int32_t c = 0; c < d; c++) {
            double s = 0;
            for (int32_t j = 0; j < seen; j++) s += scores[j] / total * v[(size_t)j * stride + (size_t)c];
            y[(size_t)i * yStride + (size_t)c] = s;
        }
    }
    free(scores);
}

static void test_attention(const ck_kernels *k, ck_pool *pool, int32_t rows, int32_t d) {
    ck_heads heads = {4, 2, d};
    size_t width = 8 * (size_t)d, n = (size_t)rows * 4 * (size_t)d;
    float *packed = values((size_t)rows * width), *y = blanks(n);
    double *expected = malloc(sizeof(double) * n);
    int32_t blocks[2] = {rows - rows / 3, rows / 3};
    for (int32_t b = 0, first = 0; b < 2; first += blocks[b++])
        for (int32_t h = 0; h < 4; h++) {
            const float *row = packed + (size_t)first * width;
            attend(expected + (size_t)first * 4 * (size_t)d + h * d, 4 * (size_t)d, row + h * d, width,
                   row + (4 + h / 2) * d, row + (6 + h / 2) * d, width, blocks[b], blocks[b], blocks[b], d);
        }
    k->attention(pool, y, packed, heads, blocks, blocks[1] > 0 ? 2 : 1);
    check(k->name, "attention", y, expected, n, 3e-6, 1e-5);

    // The same rows as a prompt of one slot and a step after it; the rotation is by zero.
    int32_t capacity = rows + 1;
    size_t head = (size_t)capacity * (size_t)d;
    float *keys = values(2 * head), *stored = values(2 * head), *rotary = malloc(sizeof(float) * head);
    float *ones = malloc(sizeof(float) * (size_t)d);
    for (int32_t i = 0; i < d; i++) ones[i] = 1;
    for (size_t i = 0; i < head; i++) rotary[i] = (int32_t)(i % (size_t)d) < d / 2;
    ck_cache cache = {keys, stored, 2 * head, head};
    ck_run runs[2] = {{0, 0, rows - 1}, {0, rows - 1, 1}};
    for (int32_t part = rows > 1 ? 0 : 1; part < 2; part++) {
        float *own = packed + (size_t)runs[part].firstPosition * width;
        k->rotateAndStore(pool, own, cache, ones, ones, 1e-6f, rotary, heads, &runs[part], 1);
        k->causalAttention(pool, y + (size_t)runs[part].firstPosition * 4 * (size_t)d, own, cache, heads, &runs[part], 1);
    }
    for (int32_t h = 0; h < 4; h++)
        attend(expected + h * d, 4 * (size_t)d, packed + h * d, width, packed + (4 + h / 2) * d,
               packed + (6 + h / 2) * d, width, rows, rows, 0, d);
    check(k->name, "causalAttention", y, expected, n, 3e-6, 1e-5);
    free(packed), free(y), free(expected), free(keys), free(stored), free(rotary), free(ones);
}

static void test_functions(const ck_kernels *k) {
    enum { COUNT = 20001 };
    float *x = malloc(sizeof(float) * COUNT), *y = blanks(COUNT);
    double *expected = malloc(sizeof(double) * COUNT);
    for (int i = 0; i < COUNT; i++) x[i] = -87 + (float)i * (175.0f / COUNT), expected[i] = exp(x[i]);
    k->exp(y, x, COUNT);
    check(k->name, "exp", y, expected, COUNT, 0, 4e-7);
    for (int i = 0; i < COUNT; i++) x[i] = -6 + (float)i * (12.0f / COUNT), expected[i] = erf(x[i]);
    k->erf(y, x, COUNT);
    check(k->name, "erf", y, expected, COUNT, 6e-7, 0);
    for (int i = 0; i < COUNT; i++) x[i] = expf(-60 + (float)i * (120.0f / COUNT)), expected[i] = log10(x[i]);
    k->log10(y, x, COUNT);
    check(k->name, "log10", y, expected, COUNT, 1e-6, 2e-7);
    for (size_t count = 0; count < 200; count += 7) {
        double sum = 0;
        for (size_t i = 0; i < count; i++) sum += (double)x[i] * x[i + 1] * 0;
        for (size_t i = 0; i < count; i++) x[i] = value();
        for (size_t i = 0; i < count; i++) sum += (double)x[i] * x[i + 1];
        float found = k->dot(x, x + 1, count);
        check(k->name, "dot", &found, &sum, 1, 1e-4, 1e-5);
    }
    free(x), free(y), free(expected);
}

// One filter per bin, so that the spectrum itself is seen.
static void test_mel(const ck_kernels *k, size_t count, size_t frames) {
    static float window[400], twiddles[800], weights[128];
    static int32_t firsts[128], counts[128];
    for (int i = 0; i < 400; i++) {
        window[i] = (float)(0.5 - 0.5 * cos(2 * M_PI * i / 400));
        twiddles[2 * i] = (float)cos(2 * M_PI * i / 400);
        twiddles[2 * i + 1] = (float)-sin(2 * M_PI * i / 400);
    }
    for (int i = 0; i < 128; i++) firsts[i] = i + i / 2, counts[i] = 1, weights[i] = 1;
    ck_mel mel = {window, twiddles, firsts, counts, weights};
    float *x = values(count), *y = blanks(frames * 128);
    double *expected = malloc(sizeof(double) * frames * 128);
    for (size_t t = 0; t < frames; t++)
        for (int bin = 0; bin < 128; bin++) {
            double re = 0, im = 0;
            for (int i = 0; i < 400; i++) {
                long at = (long)(160 * t) - 200 + i;
                if (at < 0) at = -at;
                if (at >= (long)count) at = 2 * ((long)count - 1) - at;
                re += window[i] * x[at] * cos(2 * M_PI * firsts[bin] * i / 400);
                im -= window[i] * x[at] * sin(2 * M_PI * firsts[bin] * i / 400);
            }
            expected[t * 128 + (size_t)bin] = log10(fmax(re * re + im * im, 1e-10));
        }
    k->melFrames(y, &mel, x, count, 0, frames);
    check(k->name, "melFrames", y, expected, frames * 128, 2e-4, 1e-5);
    free(x), free(y), free(expected);
}

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static void test_lstm(const ck_kernels *k, int32_t steps, int32_t width) {
    size_t n = (size_t)width;
    float *gates = values((size_t)steps * 4 * n), *weight = values(4 * n * n), *y = blanks((size_t)steps * n);
    float *hidden = values(n), *cell = values(n);
    double *h = malloc(sizeof(double) * (n + 1)), *c = malloc(sizeof(double) * (n + 1));
    double *sums = malloc(sizeof(double) * (4 * n + 1)), *expected = malloc(sizeof(double) * ((size_t)steps * n + 1));
    for (size_t i = 0; i < 4 * n * n; i++) weight[i] /= sqrtf((float)width);
    for (size_t i = 0; i < n; i++) h[i] = hidden[i], c[i] = cell[i];
    for (size_t t = 0; t < (size_t)steps; t++) {
        for (size_t j = 0; j < 4 * n; j++) {
            sums[j] = gates[t * 4 * n + j];
            for (size_t i = 0; i < n; i++) sums[j] += h[i] * weight[i * 4 * n + j];
        }
        for (size_t i = 0; i < n; i++) {
            c[i] = sigmoid(sums[n + i]) * c[i] + sigmoid(sums[i]) * tanh(sums[2 * n + i]);
            expected[t * n + i] = h[i] = sigmoid(sums[3 * n + i]) * tanh(c[i]);
        }
    }
    k->lstm(y, hidden, cell, gates, weight, steps, width);
    check(k->name, "lstm", y, expected, (size_t)steps * n, 5e-6, 0);
    check(k->name, "lstm state", cell, c, steps > 0 ? n : 0, 1e-5, 1e-5);
    free(gates), free(weight), free(y), free(hidden), free(cell), free(h), free(c), free(sums), free(expected);
}

static atomic_int hits[64];

static void hit(void *context, size_t index, int32_t thread) {
    (void)thread;
    atomic_fetch_add(&hits[index], *(int *)context);
}

// Short loops one after the other on more threads than cores, so that threads come late: each index is
// called once, for its own loop.
static void test_pool(void) {
#if defined(__has_feature) && (__has_feature(thread_sanitizer) || __has_feature(address_sanitizer))
    const int loops = 20000;
#elif defined(__aarch64__)
    const int loops = 20000;  // under an emulator
#else
    const int loops = 1000000;
#endif
    ck_pool *pool = ck_pool_create(4);
    int wrong = 0;
    for (int loop = 0; loop < loops; loop++) {
        int step = 1 + loop % 7;
        size_t count = 2 + (size_t)loop * 31 % 60;
        for (size_t i = 0; i < 64; i++) atomic_store(&hits[i], 0);
        ck_parallel(pool, count, hit, &step);
        for (size_t i = 0; i < 64; i++) wrong += atomic_load(&hits[i]) != (i < count ? step : 0);
    }
    ck_pool_destroy(pool);
    if (wrong == 0) passed++;
    else failed++, printf("pool: %d indices were not called once\n", wrong);
}

int main(void) {
    test_pool();
    for (int32_t level = 0; level < ck_level_count(); level++) {
        const ck_kernels *k = ck_level(level);
        for (int32_t width = 1; width < 180; width += 13) test_lstm(k, width % 5, width);
        test_lstm(k, 40, 128);
        for (int type = CK_BFLOAT16; type <= CK_FLOAT32; type++) {
            test_rows_together(k, 1, 1, (ck_type)type);
            test_rows_together(k, 53, 147, (ck_type)type);
            test_rows_together(k, 211, 35, (ck_type)type);
        }
        for (int32_t threads = 1; threads <= 3; threads += 2) {
            ck_pool *pool = ck_pool_create(threads);
            for (int32_t rows = 1; rows < 40; rows += 7)
                for (int type = CK_BFLOAT16; type <= CK_FLOAT32; type++) {
                    test_linear(k, pool, rows, 7, 1, (ck_type)type);
                    test_linear(k, pool, rows, 33, 19, (ck_type)type);
                    test_linear(k, pool, rows, 50, 300, (ck_type)type);
                }
            test_convolve(k, pool, 1, 1, 1, 1);
            test_convolve(k, pool, 13, 7, 1, 19);
            test_convolve(k, pool, 9, 6, 33, 7);
            for (int32_t width = 1; width < 140; width += 19) test_rows(k, pool, 7, width);
            for (int32_t rows = 1; rows < 60; rows += 19) test_attention(k, pool, rows, 2), test_attention(k, pool, rows, 38);
            test_attention(k, pool, 40, 64), test_attention(k, pool, 23, 150);
            ck_pool_destroy(pool);
        }
        test_functions(k);
        test_mel(k, 201, 1);
        test_mel(k, 3333, 20);
        printf("%s done\n", k->name);
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}
