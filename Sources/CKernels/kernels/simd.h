// Vectors of CK_LANES values, written once for every instruction set: clang turns these operations
// into AVX-512, AVX2, NEON or SSE instructions as the enclosing file asks for. An `a * b + c` in one
// expression is fused where the instruction set can.

typedef float vf __attribute__((vector_size(4 * CK_LANES), aligned(4), may_alias));
typedef int32_t vi __attribute__((vector_size(4 * CK_LANES), aligned(4), may_alias));
typedef uint32_t vu __attribute__((vector_size(4 * CK_LANES), aligned(4), may_alias));
typedef uint16_t vh __attribute__((vector_size(2 * CK_LANES), aligned(1), may_alias));
typedef float vf_anywhere __attribute__((vector_size(4 * CK_LANES), aligned(1), may_alias));

#define UNROLL _Pragma("clang loop unroll(full)")

static inline vf splat(float x) { return x - (vf){0}; }
static inline vf load(const float *p) { return *(const vf *)p; }
static inline void store(float *p, vf v) { *(vf *)p = v; }
static inline vf fma(vf a, vf b, vf c) { return a * b + c; }
static inline vf select(vi mask, vf yes, vf no) { return (vf)((mask & (vi)yes) | (~mask & (vi)no)); }
static inline vf vmax(vf a, vf b) { return select(a > b, a, b); }

// Sums pairs of halves, so the order is the same for every length of loop before it.
static inline float sum(vf v) {
#if CK_LANES == 16
    v += __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1);
#elif CK_LANES == 8
    v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 2, 3, 0, 1);
#else
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1);
#endif
    return v[0] + v[1];
}

static inline float largest(vf v) {
    float top = v[0];
    for (int lane = 1; lane < CK_LANES; lane++) top = v[lane] > top ? v[lane] : top;
    return top;
}

// One weight and CK_LANES weights, widened; stored weights may lie at any byte.
static inline float weight_at(const void *row, ck_type type, int32_t k) {
    if (type == CK_FLOAT32) {
        float value;
        __builtin_memcpy(&value, (const char *)row + 4 * (size_t)k, 4);
        return value;
    }
    uint16_t bits;
    __builtin_memcpy(&bits, (const char *)row + 2 * (size_t)k, 2);
    uint32_t wide = (uint32_t)bits << 16;
    float value;
    __builtin_memcpy(&value, &wide, 4);
    return value;
}

static inline vf weights_at(const void *row, ck_type type, int32_t k) {
    if (type == CK_FLOAT32) return (vf) * (const vf_anywhere *)((const char *)row + 4 * (size_t)k);
    vh bits = *(const vh *)((const char *)row + 2 * (size_t)k);
    return (vf)(__builtin_convertvector(bits, vu) << 16);
}

// Where row n of a stacked matrix lies.
static inline const void *weight_row(const ck_matrix *w, int32_t n) {
    int32_t part = 0;
    while (n >= w->partRows[part]) n -= w->partRows[part++];
    size_t width = w->type == CK_FLOAT32 ? 4 : 2;
    return (const char *)w->parts[part] + (size_t)n * (size_t)w->columns * width;
}

// e^x for x <= 88.3; below -87.3 as at -87.3. Relative error below 3e-7: Cody and Waite's
// reduction to |r| <= ln(2) / 2, then a polynomial.
static inline vf vexp(vf x) {
    x = select(x < splat(-87.3f), splat(-87.3f), select(x > splat(88.3f), splat(88.3f), x));
    vf shifted = fma(x, splat(1.44269504f), splat(12582912.0f));  // rounds to an integer
    vf n = shifted - splat(12582912.0f);
    vf r = fma(n, splat(-0.693359375f), x);
    r = fma(n, splat(2.12194440e-4f), r);
    vf p = fma(splat(1.9875691500e-4f), r, splat(1.3981999507e-3f));
    p = fma(p, r, splat(8.3334519073e-3f));
    p = fma(p, r, splat(4.1665795894e-2f));
    p = fma(p, r, splat(1.6666665459e-1f));
    p = fma(p, r, splat(0.5f));
    p = fma(p, r * r, r + splat(1));
    vi exponent = (__builtin_convertvector(n, vi) + 127) << 23;
    return p * (vf)exponent;
}

// ln x for normal x > 0, relative to 1 within 1e-7: x = m 2^e with m in sqrt(1/2) ... sqrt(2), and
// ln m = 2 atanh((m - 1) / (m + 1)).
static inline vf vlog(vf x) {
    vi bits = (vi)x;
    vi e = (bits - 0x3F3504F3) >> 23;
    vf m = (vf)(bits - (e << 23));
    vf s = (m - splat(1)) / (m + splat(1)), s2 = s * s;
    vf p = fma(splat(2.0f / 9), s2, splat(2.0f / 7));
    p = fma(p, s2, splat(2.0f / 5));
    p = fma(p, s2, splat(2.0f / 3));
    p = fma(p * s2, s, s + s);
    vf n = __builtin_convertvector(e, vf);
    return fma(n, splat(0.693359375f), fma(n, splat(-2.12194440e-4f), p));
}

// erf x within 6e-7: Abramowitz and Stegun 7.1.26, whose own error is 1.5e-7.
static inline vf verf(vf x) {
    vi sign = (vi)x & (int32_t)0x80000000;
    vf a = (vf)((vi)x & 0x7FFFFFFF);
    vf t = splat(1) / fma(a, splat(0.3275911f), splat(1));
    vf p = fma(splat(1.061405429f), t, splat(-1.453152027f));
    p = fma(p, t, splat(1.421413741f));
    p = fma(p, t, splat(-0.284496736f));
    p = fma(p, t, splat(0.254829592f));
    vf y = splat(1) - p * t * vexp(-(a * a));
    return (vf)((vi)y | sign);
}

static inline vf vgelu(vf x) {
    vf half = x * splat(0.5f);
    return fma(half, verf(x * splat(0.70710678f)), half);
}

static inline vf vsilu(vf x) { return x / (splat(1) + vexp(-x)); }
