// The choice of a token.

/// The largest of some logits, the largest other one, and `sum(exp(logit - best))`.
struct Candidate {
    float best, second, sum;
    int id;
};

__device__ inline Candidate better(const Candidate &a, const Candidate &b) {
    const bool isFirst = a.best > b.best || (a.best == b.best && a.id < b.id);
    const Candidate &top = isFirst ? a : b, &low = isFirst ? b : a;
    Candidate c = top;
    c.second = fmaxf(top.second, low.best);
    if (low.sum != 0) c.sum += low.sum * expf(low.best - top.best);
    return c;
}

__device__ inline Candidate betterOfWarp(Candidate c) {
    for (int m = 16; m > 0; m >>= 1) {
        Candidate other;
        other.best = __shfl_xor_sync(~0u, c.best, m);
        other.second = __shfl_xor_sync(~0u, c.second, m);
        other.sum = __shfl_xor_sync(~0u, c.sum, m);
        other.id = __shfl_xor_sync(~0u, c.id, m);
        c = better(c, other);
    }
    return c;
}

/// Logits that a block looks at.
constexpr int choiceSpan = 4096;

/// Candidates of each span. Grid: (spans, rows), 256 threads.
extern "C" __global__ void findCandidates(Candidate *candidates, const float *logits, int width) {
    __shared__ Candidate found[8];
    waitForPrevious();
    letNextBegin();
    const float *row = logits + size_t(blockIdx.y) * width;
    const int first = blockIdx.x * choiceSpan, end = min(first + choiceSpan, width);
    // A value that is no number is in the sum, and so in the probability.
    Candidate c = {-INFINITY, -INFINITY, 0, 0x7FFFFFFF};
    for (int i = first + threadIdx.x; i < end; i += 256) {
        const float v = row[i];
        const Candidate one = {v, -INFINITY, v == INFINITY ? v - v : v == -INFINITY ? 0.0f : 1.0f, i};
        c = v == v ? better(c, one) : Candidate{c.best, c.second, v, c.id};
    }
    c = betterOfWarp(c);
    if (threadIdx.x % 32 == 0) found[threadIdx.x / 32] = c;
    __syncthreads();
    if (threadIdx.x != 0) return;
    for (int w = 1; w < 8; w++) c = better(c, found[w]);
    candidates[size_t(blockIdx.y) * gridDim.x + blockIdx.x] = c;
}

/// A chosen token.
struct Choice {
    int id;
    float logProbability, margin;
};

/// The best candidate of each row. Grid: rows, 32 threads. Where `slots` is given, the token also becomes the last one of
/// the row's slot, for the next step.
extern "C" __global__ void chooseTokens(Choice *choices, const Candidate *candidates, int spans, const int *slots, int *lastIDs) {
    waitForPrevious();
    letNextBegin();
    Candidate c = {-INFINITY, -INFINITY, 0, 0x7FFFFFFF};
    for (int i = threadIdx.x; i < spans; i += 32) c = better(c, candidates[size_t(blockIdx.x) * spans + i]);
    c = betterOfWarp(c);
    if (threadIdx.x != 0) return;
    const int id = c.id == 0x7FFFFFFF ? 0 : c.id;
    choices[blockIdx.x] = {id, -logf(c.sum), c.best - c.second};
    if (slots && slots[blockIdx.x] >= 0) lastIDs[slots[blockIdx.x]] = id;
}
