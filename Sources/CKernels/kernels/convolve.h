// 3x3 convolution with stride 2 as a matrix product: row = output pixel, k = (tap, channel). The nine
// neighbours are gathered while A is packed, so no unfolded image is ever stored.

typedef struct {
    ck_pool *pool;
    float *y;
    const float *x;
    const ck_matrix *w;
    const float *bias;
    int32_t time, mel, channels, outTime, outMel, pixels;
    size_t blocksPerImage;
    atomic_bool failed;
} convolve_job;

// Output pixels of one job: its packed block stays in the second-level cache.
enum { PIXELS_PER_JOB = 384 / MR * MR };

// The channels of one neighbour, or NULL outside the image.
static inline const float *neighbour(const convolve_job *job, const float *image, int32_t pixel, int32_t tap) {
    int32_t t = 2 * (pixel / job->outMel) - 1 + tap / 3, m = 2 * (pixel % job->outMel) - 1 + tap % 3;
    if (t < 0 || t >= job->time || m < 0 || m >= job->mel) return NULL;
    return image + ((size_t)t * (size_t)job->mel + (size_t)m) * (size_t)job->channels;
}

// Packs k values from k0 on of MR pixels: [k][MR].
static void gather_tile(float *tile, const convolve_job *job, const float *image, int32_t pixel,
                        int32_t k0, int32_t k) {
    for (int32_t r = 0; r < MR; r++) {
        bool exists = pixel + r < job->pixels;
        for (int32_t i = 0; i < k;) {
            int32_t tap = (k0 + i) / job->channels, channel = (k0 + i) % job->channels;
            int32_t run = job->channels - channel < k - i ? job->channels - channel : k - i;
            const float *from = exists ? neighbour(job, image, pixel + r, tap) : NULL;
            for (int32_t j = 0; j < run; j++) tile[(size_t)(i + j) * MR + r] = from ? from[channel + j] : 0;
            i += run;
        }
    }
}

static void convolve_block(void *context, size_t index, int32_t thread) {
    convolve_job *job = context;
    const ck_matrix *w = job->w;
    size_t image = index / job->blocksPerImage;
    int32_t first = (int32_t)(index % job->blocksPerImage) * PIXELS_PER_JOB;
    int32_t count = job->pixels - first < PIXELS_PER_JOB ? job->pixels - first : PIXELS_PER_JOB;
    int32_t tiles = (count + MR - 1) / MR, panels = (w->rows + NR - 1) / NR;
    size_t packed = (size_t)tiles * MR * KC, sums = (size_t)tiles * MR * (size_t)panels * NR;
    float *a = ck_scratch(job->pool, thread, sizeof(float) * (packed + sums));
    if (!a) {
        atomic_store(&job->failed, true);
        return;
    }
    float *c = a + packed;
    const float *x = job->x + image * (size_t)job->time * (size_t)job->mel * (size_t)job->channels;
    float panel[KC * NR] __attribute__((aligned(64)));
    for (int32_t k0 = 0; k0 < w->columns; k0 += KC) {
        int32_t depth = w->columns - k0 < KC ? w->columns - k0 : KC;
        for (int32_t tile = 0; tile < tiles; tile++)
            gather_tile(a + (size_t)tile * MR * (size_t)depth, job, x, first + tile * MR, k0, depth);
        for (int32_t p = 0; p < panels; p++) {
            widen_panel(panel, w, p * NR, k0, depth);
            for (int32_t tile = 0; tile < tiles; tile++)
                multiply_tile(c + ((size_t)p * (size_t)tiles + (size_t)tile) * MR * NR,
                              a + (size_t)tile * MR * (size_t)depth, panel, depth, k0 > 0);
        }
    }
    float *y = job->y + (image * (size_t)job->pixels + (size_t)first) * (size_t)w->rows;
    for (int32_t row = 0; row < count; row++)
        for (int32_t p = 0; p < panels; p++) {
            int32_t n = p * NR, columns = w->rows - n < NR ? w->rows - n : NR;
            finish_row(y + (size_t)row * (size_t)w->rows + n,
                       c + ((size_t)p * (size_t)tiles * MR + (size_t)row) * NR, job->bias + n, CK_GELU,
                       columns);
        }
}

static bool convolve(ck_pool *pool, float *y, const float *x, const ck_matrix *w, const float *bias,
                     int32_t images, int32_t time, int32_t mel, int32_t channels) {
    convolve_job job = {.pool = pool, .y = y, .x = x, .w = w, .bias = bias, .time = time, .mel = mel,
                        .channels = channels, .outTime = (time + 1) / 2, .outMel = (mel + 1) / 2};
    job.pixels = job.outTime * job.outMel;
    job.blocksPerImage = (size_t)(job.pixels + PIXELS_PER_JOB - 1) / PIXELS_PER_JOB;
    ck_parallel(pool, (size_t)images * job.blocksPerImage, convolve_block, &job);
    return !atomic_load(&job.failed);
}
