// Log-mel frames, CK_LANES at a time: each lane is a frame of its own, so the transform is plain
// scalar code on vectors. A real transform of 400 points is a complex one of 200 (even samples real,
// odd ones imaginary) and a pass that takes the two apart.

enum { MEL_POINTS = 400, MEL_HALF = 200, MEL_HOP = 160, MEL_BINS = 128, MEL_BIN_POWERS = 201 };

typedef struct { vf re, im; } vc;

// One Stockham step of a mixed-radix transform of MEL_HALF points: `length` points remain in each of
// `stride` interleaved transforms. twiddles[k] = e^(-2 pi i k / 400).
static inline __attribute__((always_inline)) void mel_step(vc *y, const vc *x, const float *twiddles,
                                                           const int radix, int length, int stride) {
    int part = length / radix;
    for (int p = 0; p < part; p++)
        for (int q = 0; q < stride; q++)
            UNROLL for (int i = 0; i < radix; i++) {
                vc total = {splat(0), splat(0)};
                UNROLL for (int k = 0; k < radix; k++) {
                    vc a = x[q + stride * (p + part * k)];
                    const float *w = twiddles + 2 * (MEL_POINTS / radix * (i * k % radix));
                    total.re = fma(a.re, splat(w[0]), total.re) - a.im * splat(w[1]);
                    total.im = fma(a.re, splat(w[1]), total.im) + a.im * splat(w[0]);
                }
                const float *w = twiddles + 2 * (MEL_POINTS / length * (p * i) % MEL_POINTS);
                y[q + stride * (radix * p + i)] = (vc){total.re * splat(w[0]) - total.im * splat(w[1]),
                                                       total.re * splat(w[1]) + total.im * splat(w[0])};
            }
}

// The power |X|^2 of bins 0 ... 200 of the windowed samples in x.
static void mel_power(vf *power, vc *x, vc *spare, const float *twiddles) {
    mel_step(spare, x, twiddles, 5, 200, 1);
    mel_step(x, spare, twiddles, 5, 40, 5);
    mel_step(spare, x, twiddles, 4, 8, 25);
    mel_step(x, spare, twiddles, 2, 2, 100);
    for (int k = 0; k < MEL_BIN_POWERS; k++) {
        vc a = x[k % MEL_HALF], b = x[(MEL_HALF - k) % MEL_HALF];
        vc even = {(a.re + b.re) * splat(0.5f), (a.im - b.im) * splat(0.5f)};
        vc odd = {(a.im + b.im) * splat(0.5f), (b.re - a.re) * splat(0.5f)};
        vf c = splat(twiddles[2 * k]), s = splat(twiddles[2 * k + 1]);
        vf re = even.re + (odd.re * c - odd.im * s), im = even.im + (odd.re * s + odd.im * c);
        power[k] = re * re + im * im;
    }
}

// Sample `at` of a clip that is mirrored at both ends without repeating the end samples.
static inline float mirrored(const float *x, size_t count, ptrdiff_t at) {
    if (at < 0) at = -at;
    if (at >= (ptrdiff_t)count) at = 2 * ((ptrdiff_t)count - 1) - at;
    return x[at];
}

static void mel_frames(float *y, const ck_mel *mel, const float *x, size_t sampleCount, size_t first,
                       size_t count) {
    vc points[MEL_HALF], spare[MEL_HALF];
    vf power[MEL_BIN_POWERS];
    for (size_t done = 0; done < count; done += CK_LANES) {
        for (int lane = 0; lane < CK_LANES; lane++) {
            // Lanes past the end repeat the last frame.
            size_t frame = first + (done + (size_t)lane < count ? done + (size_t)lane : count - 1);
            ptrdiff_t start = (ptrdiff_t)(frame * MEL_HOP) - MEL_HALF;
            bool isInside = start >= 0 && start + MEL_POINTS <= (ptrdiff_t)sampleCount;
            for (int k = 0; k < MEL_POINTS; k++) {
                float sample = isInside ? x[start + k] : mirrored(x, sampleCount, start + k);
                vc *point = &points[k / 2];
                if (k % 2 == 0) point->re[lane] = sample * mel->window[k];
                else point->im[lane] = sample * mel->window[k];
            }
        }
        mel_power(power, points, spare, mel->twiddles);
        const float *weight = mel->filterWeights;
        for (int bin = 0; bin < MEL_BINS; bin++) {
            vf energy = splat(0);
            for (int k = 0; k < mel->binCounts[bin]; k++)
                energy = fma(power[mel->firstBins[bin] + k], splat(*weight++), energy);
            vf level = vlog10(vmax(energy, splat(1e-10f)));
            for (int lane = 0; lane < CK_LANES && done + (size_t)lane < count; lane++)
                y[(done + (size_t)lane) * MEL_BINS + (size_t)bin] = level[lane];
        }
    }
}
