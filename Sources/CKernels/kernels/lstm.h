// A long short-term memory, one step after the other: each needs the one before it.

static inline vf vsigmoid(vf x) { return splat(1) / (splat(1) + vexp(-x)); }
static inline vf vtanh(vf x) { return fma(splat(2), vsigmoid(x + x), splat(-1)); }

// Outputs that are summed at once: their sums fill half the registers.
enum { LSTM_SUMS = 8 };

// sums[columns] = gates[columns] + hidden[width] @ weight[width, columns], each over k in order.
static void lstm_sums(float *sums, const float *gates, const float *hidden, const float *weight,
                      int32_t width, int32_t columns) {
    int32_t j = 0;
    for (; j + LSTM_SUMS * CK_LANES <= columns; j += LSTM_SUMS * CK_LANES) {
        vf acc[LSTM_SUMS];
        UNROLL for (int part = 0; part < LSTM_SUMS; part++) acc[part] = load(gates + j + part * CK_LANES);
        for (int32_t k = 0; k < width; k++) {
            const float *row = weight + (size_t)k * (size_t)columns + j;
            vf h = splat(hidden[k]);
            UNROLL for (int part = 0; part < LSTM_SUMS; part++)
                acc[part] = fma(h, load(row + part * CK_LANES), acc[part]);
        }
        UNROLL for (int part = 0; part < LSTM_SUMS; part++) store(sums + j + part * CK_LANES, acc[part]);
    }
    for (; j < columns; j++) {
        float total = gates[j];
        for (int32_t k = 0; k < width; k++) total += hidden[k] * weight[(size_t)k * (size_t)columns + (size_t)j];
        sums[j] = total;
    }
}

static void lstm(float *y, float *hidden, float *cell, const float *gates, const float *weight, int32_t steps,
                 int32_t width) {
    float sums[4 * CK_LSTM_WIDTH];
    for (int32_t step = 0; step < steps; step++, gates += 4 * width, y += width) {
        lstm_sums(sums, gates, hidden, weight, width, 4 * width);
        const float *in = sums, *forget = in + width, *new = forget + width, *out = new + width;
        for (int32_t i = 0; i < width; i += CK_LANES) {
            vf a = splat(0), f = splat(0), n = splat(0), o = splat(0), c = splat(0);
            int32_t count = width - i < CK_LANES ? width - i : CK_LANES;
            if (count == CK_LANES) {
                a = load(in + i), f = load(forget + i), n = load(new + i), o = load(out + i), c = load(cell + i);
            } else {
                for (int32_t j = 0; j < count; j++)
                    a[j] = in[i + j], f[j] = forget[i + j], n[j] = new[i + j], o[j] = out[i + j], c[j] = cell[i + j];
            }
            c = fma(vsigmoid(f), c, vsigmoid(a) * vtanh(n));
            vf h = vsigmoid(o) * vtanh(c);
            if (count == CK_LANES) {
                store(cell + i, c), store(hidden + i, h), store(y + i, h);
            } else {
                for (int32_t j = 0; j < count; j++) cell[i + j] = c[j], hidden[i + j] = y[i + j] = h[j];
            }
        }
    }
}
