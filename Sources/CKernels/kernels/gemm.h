// The blocked matrix product that linear layers, convolutions and attention share.
//
// A is cut into tiles of MR rows, [k][MR] each; B into panels of NR columns, [k][NR] each, widened
// from the stored weights where they are used. Every value of C is one chain of fused additions over
// k in order: blocks of KC go on where the block before them stopped.

enum { NR = 2 * CK_LANES, KC = 256 };

// c[MR][NR] (+)= a[k][MR]^T b[k][NR]; c rows are NR apart.
static inline void multiply_tile(float *c, const float *a, const float *b, int32_t k, bool continues) {
    vf acc[MR][2];
    UNROLL for (int r = 0; r < MR; r++) {
        acc[r][0] = continues ? load(c + r * NR) : splat(0);
        acc[r][1] = continues ? load(c + r * NR + CK_LANES) : splat(0);
    }
    for (int32_t i = 0; i < k; i++, a += MR, b += NR) {
        vf b0 = load(b), b1 = load(b + CK_LANES);
        UNROLL for (int r = 0; r < MR; r++) {
            vf x = splat(a[r]);
            acc[r][0] = fma(x, b0, acc[r][0]);
            acc[r][1] = fma(x, b1, acc[r][1]);
        }
    }
    UNROLL for (int r = 0; r < MR; r++) {
        store(c + r * NR, acc[r][0]);
        store(c + r * NR + CK_LANES, acc[r][1]);
    }
}

// Widens k values, from k0 on, of the NR weight rows that start at row n. Rows past the end are 0.
static void widen_panel(float *b, const ck_matrix *w, int32_t n, int32_t k0, int32_t k) {
    for (int32_t j = 0; j < NR; j++) {
        if (n + j >= w->rows) {
            for (int32_t i = 0; i < k; i++) b[(size_t)i * NR + j] = 0;
            continue;
        }
        const void *row = weight_row(w, n + j);
        int32_t i = 0;
        for (; i + CK_LANES <= k; i += CK_LANES) {
            vf v = weights_at(row, w->type, k0 + i);
            UNROLL for (int lane = 0; lane < CK_LANES; lane++) b[(size_t)(i + lane) * NR + j] = v[lane];
        }
        for (; i < k; i++) b[(size_t)i * NR + j] = weight_at(row, w->type, k0 + i);
    }
}

// What becomes of a finished product. y and bias start at the panel's first column.
static inline void finish_row(float *y, const float *c, const float *bias, ck_finish finish,
                              int32_t columns) {
    for (int32_t j = 0; j < columns; j += CK_LANES) {
        int32_t left = columns - j;
        vf v = load(c + j), b = splat(0), old = splat(0);
        if (left >= CK_LANES) {
            if (bias) b = load(bias + j);
            if (finish == CK_ACCUMULATE) old = load(y + j);
        } else {
            for (int32_t i = 0; i < left; i++) {
                if (bias) b[i] = bias[j + i];
                if (finish == CK_ACCUMULATE) old[i] = y[j + i];
            }
        }
        v = v + b;
        if (finish == CK_GELU) v = vgelu(v);
        if (finish == CK_ACCUMULATE) v = old + v;
        if (left >= CK_LANES) store(y + j, v);
        else for (int32_t i = 0; i < left; i++) y[j + i] = v[i];
    }
}
